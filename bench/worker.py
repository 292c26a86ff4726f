"""One piece of work in CPython: worker.lua's protocol and rules.

The set-up and the loop are one generator, so that what the set-up declares are
fast locals of the body; or, with the argument "script", code of a module, whose
variables are slower globals. A full collection comes before each run.
"""

import gc
import random as randomness
import sys
import textwrap
import time
import tracemalloc

LETTERS = (b"@ABCDEFGHIJKLMNOPQRSTUVWXYZ"
           b"abcdefghijklmnopqrstuvwxyz0123456789_")

WORK = """
def work():
{setup}
    bench_runs = yield
    while True:
        bench_start = bench_clock()
        for _ in range(bench_runs):
{body}
        bench_runs = yield bench_clock() - bench_start
"""


def random(n, alphabet=LETTERS):
    """The same n bytes on each call, drawn from the alphabet."""
    table = (alphabet * (256 // len(alphabet) + 1))[:256]
    return randomness.Random(1).randbytes(n).translate(table)


def start_function(setup, body):
    scope = {"bench_clock": time.process_time_ns, "random": random}
    source = WORK.format(setup=textwrap.indent(setup, " " * 4),
                         body=textwrap.indent(body, " " * 12))
    exec(compile(source, "work", "exec"), scope)
    work = scope["work"]()
    next(work)
    return work.send


def start_script(setup, body):
    scope = {"random": random}
    exec(setup, scope)
    loop = "for _ in range(bench_runs):\n" + textwrap.indent(body, " ")
    code = compile(loop, "work", "exec")

    def run(n):
        scope["bench_runs"] = n
        begin = time.process_time_ns()
        exec(code, scope)
        return time.process_time_ns() - begin

    return run


def forget_peak():
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def peak():
    with open("/proc/self/status") as status:
        return next(line.split()[1] for line in status if "VmHWM" in line)


def memory(run):
    gc.collect()
    forget_peak()
    run(1)
    kib = peak()
    tracemalloc.start()
    run(1)
    return f"{tracemalloc.get_traced_memory()[1]} {kib}"


def run_timed(run, n):
    gc.collect()
    return str(run(n))


def main():
    stdin = sys.stdin
    setup, body = map(int, stdin.readline().split())
    start = start_script if sys.argv[1:] == ["script"] else start_function
    run = start(stdin.read(setup), stdin.read(body))
    print("ready", flush=True)
    for request in stdin:
        command, *n = request.split()
        reply = run_timed(run, int(n[0])) if command == "run" else memory(run)
        print(reply, flush=True)


main()
