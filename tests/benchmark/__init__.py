"""The benchmark: one command that measures the planner against its peers and writes the table BENCHMARK.md.

    python -m tests.benchmark [--only a,b,c,d,e] [--seconds-per-case 30] [--quick | --full] [-o BENCHMARK.md]

(a) BF against CP-SAT, (b) MW search against the literal double loop, (c) planning against drawing, (d) growth of
time and memory, (e) the searches at full range. It exits with 1 when an answer is wrong, never because one is slow.
"""
