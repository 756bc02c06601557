"""demo - a pretend order service, to have something to look at with tachyon-top.

Orders come in as text, are parsed, priced, and made into invoices by one thread each; another
compresses the invoices in C without the GIL, and two more mostly sleep. Every 15 s another part of
the work is the heavy one. It prints nothing, uses about one core, and ends by itself after an hour.
"""

import collections
import hashlib
import queue
import random
import threading
import time
import zlib

LIFE_S = 3600
PHASE_S = 15
BATCH_S = 0.05

# What makes a phase: orders in a batch, discount rules per item, lines on an invoice.
Phase = collections.namedtuple("Phase", "name orders rules lines")
PHASES = (
    Phase("orders pour in", 1200, 2, 1),
    Phase("everything on sale", 150, 250, 1),
    Phase("long invoices", 100, 2, 60),
    Phase("quiet", 20, 2, 2),
)

# The tree of categories: each has a rate of its own, or that of the category above.
PARENTS = {"wool": "yarn", "yarn": "textiles", "textiles": "goods", "oak": "wood", "wood": "goods",
           "bolt": "iron", "iron": "metal", "metal": "goods"}
RATES = {"goods": 0.19, "wood": 0.07}

orders_parsed = queue.Queue(maxsize=2000)
orders_priced = queue.Queue(maxsize=2000)
invoices = collections.deque(maxlen=100)  # the newest, for the archive
latencies = collections.deque(maxlen=5000)


def phase():
    """The phase that it is time for."""
    return PHASES[int(time.monotonic() / PHASE_S) % len(PHASES)]


# --- intake: a pipeline of generators -------------------------------------------------------------

def receive_text(orders):
    for _ in range(orders):
        items = ("%s:%d:%.2f" % (random.choice(list(PARENTS)), random.randint(1, 9),
                                 random.uniform(1, 99)) for _ in range(6))
        yield "%d;customer-%d;%s" % (
            random.getrandbits(32), random.randint(1, 500), ",".join(items))


def parse_items(text):
    for item in text.split(","):
        category, count, price = item.split(":")
        yield {"category": category, "count": int(count), "price": float(price)}


def parse_orders(texts):
    for text in texts:
        number, customer, items = text.split(";")
        yield {"number": int(number), "customer": customer, "items": list(parse_items(items)),
               "received": time.monotonic()}


def valid_orders(orders):
    for order in orders:
        if order["items"] and all(item["count"] > 0 for item in order["items"]):
            yield order


def take_orders():
    while True:
        for order in valid_orders(parse_orders(receive_text(phase().orders))):
            orders_parsed.put(order)
        time.sleep(BATCH_S)


# --- pricing: recursion ---------------------------------------------------------------------------

def tax_rate(category):
    if category in RATES:
        return RATES[category]
    return tax_rate(PARENTS[category])


def discount_applies(item, rule):
    return hash((item["category"], item["count"], rule)) % 7 == 0


def best_discount(item, rules):
    best = 0.0
    for rule in range(rules):
        if discount_applies(item, rule):
            best = max(best, rule / (2.0 * rules))
    return best


def price_item(item, rules):
    net = item["count"] * item["price"] * (1 - best_discount(item, rules))
    return net * (1 + tax_rate(item["category"]))


def price_order(order):
    order["total"] = sum(price_item(item, phase().rules) for item in order["items"])
    return order


def price_orders():
    while True:
        orders_priced.put(price_order(orders_parsed.get()))


# --- invoices -------------------------------------------------------------------------------------

def format_money(amount):
    whole, cents = divmod(int(round(amount * 100)), 100)
    digits = str(whole)
    groups = []
    while digits:
        groups.append(digits[-3:])
        digits = digits[:-3]
    return "%s.%02d" % (",".join(reversed(groups)) or "0", cents)


def render_line(item):
    return "%-20s %3d x %12s" % (item["category"].title(), item["count"],
                                 format_money(item["price"]))


def render_invoice(order, copies):
    lines = ["Invoice %d for %s" % (order["number"], order["customer"])]
    for item in sorted(order["items"] * copies, key=lambda item: item["category"]):
        lines.append(render_line(item))
    lines.append("Total %s" % format_money(order["total"]))
    return "\n".join(lines)


def render_invoices():
    while True:
        order = orders_priced.get()
        invoices.append(render_invoice(order, phase().lines))
        latencies.append(time.monotonic() - order["received"])


# --- archive: C code that releases the GIL --------------------------------------------------------

def compress(data):
    return zlib.compress(data, 9)


def checksum(data):
    return hashlib.sha256(data).hexdigest()


def archive_invoices():
    while True:
        book = "\n\f".join(list(invoices)).encode()
        checksum(compress(book * (1 + 1500000 // (len(book) + 1))))
        time.sleep(0.1)


# --- threads that mostly sleep --------------------------------------------------------------------

def percentile(values, part):
    return sorted(values)[int(len(values) * part)] if values else 0.0


def report_metrics():
    while True:
        time.sleep(0.25)
        values = list(latencies)
        [percentile(values, part) for part in (0.5, 0.9, 0.99)]


def wait_for_admin():
    threading.Event().wait()


def be_traceable():
    """Lets any process of the same user read this one, where Yama would only let its ancestors."""
    try:
        with open("/proc/sys/kernel/yama/ptrace_scope") as file:
            if file.read().strip() != "1":
                return
        import ctypes
        pr_set_ptracer, any_process = 0x59616d61, ctypes.c_ulong(-1)
        ctypes.CDLL(None).prctl(pr_set_ptracer, any_process, 0, 0, 0)
    except (OSError, ImportError):
        pass


def main():
    be_traceable()
    for name, function in (("intake", take_orders), ("pricing", price_orders),
                           ("invoices", render_invoices), ("archive", archive_invoices),
                           ("metrics", report_metrics), ("admin", wait_for_admin)):
        threading.Thread(target=function, name=name, daemon=True).start()
    time.sleep(LIFE_S)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
