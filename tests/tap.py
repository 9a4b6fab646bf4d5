"""TAP for the tests of the whole daemon: one line a check, comments for a person, the plan at the end.

import tap; tap.ok(condition, name); tap.is_equal(got, wanted, name); tap.like(text, pattern, name);
tap.skip_all(reason) ends the program; tap.run(main) calls main, prints the plan and exits with the right status. An
exception is one failed test with its trace as comments.
"""
import re
import sys
import traceback

count = 0
failed = 0
WIDTH = 40


def bar(what, done, total):
    """How far a long test is, on a terminal alone; the next comment takes its place."""
    if sys.stderr.isatty():
        print(f"\r\033[K[{'=' * (done * WIDTH // total):{WIDTH}}] {done} of {total} {what}", end="", file=sys.stderr, flush=True)


def diag(*lines):
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    for line in lines:
        for part in str(line).splitlines() or [""]:
            print("# " + part, flush=True)


def ok(condition, name, *comments):
    """One check; the comments are printed when it fails. Gives the condition back."""
    global count, failed
    count += 1
    name = str(name).replace("#", "\\#").replace("\n", " ")
    print(f"{'ok' if condition else 'not ok'} {count} - {name}", flush=True)
    if not condition:
        failed += 1
        diag(*comments)
    return bool(condition)


def is_equal(got, wanted, name, *comments):
    return ok(got == wanted, name, f"got:    {got!r}", f"wanted: {wanted!r}", *comments)


def like(text, pattern, name, *comments):
    return ok(re.search(pattern, text or "", re.S), name, f"got:     {text!r}", f"pattern: {pattern}", *comments)


def unlike(text, pattern, name, *comments):
    return ok(not re.search(pattern, text or "", re.S), name, f"got:         {text!r}", f"not pattern: {pattern}", *comments)


def skip(name, reason):
    global count
    count += 1
    print(f"ok {count} - {name} # SKIP {reason}", flush=True)


def skip_all(reason):
    print(f"1..0 # SKIP {reason}", flush=True)
    sys.exit(0)


def run(main):
    """Calls main, prints the plan, exits 0 only if every check held and there was at least one."""
    try:
        main()
    except Exception:  # a test that breaks is a failed test
        ok(False, "the test came to its end", traceback.format_exc())
    print(f"1..{count}", flush=True)
    sys.exit(0 if count and not failed else 1)
