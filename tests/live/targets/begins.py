import time; t = time.perf_counter()  # a first line that is hot already: while it runs, nothing else does
while time.perf_counter() - t < 0.05: pass


def second(until):
    while time.perf_counter() < until:
        pass


second(t + 0.1)
