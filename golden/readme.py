"""Is the run that the README shows a real one? Its lines must be lines of standard input, in that order; what stands in round brackets is left out."""
import sys

with open(sys.argv[1], encoding="utf-8") as f:
    shown = f.read().split("    $ rutter lint ", 1)[1].split("\n`", 1)[0].split("\n")[1:]
real = iter(line.rstrip() for line in sys.stdin.read().split("\n"))
for line in (s[4:].rstrip() for s in shown):
    if line and not line.strip().startswith("(") and line not in real:
        sys.exit("README.md: not in this order in the output of rutter lint: " + line)
