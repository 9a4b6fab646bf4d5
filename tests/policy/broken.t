#!/usr/bin/env bash
# Broken policies: base/ is a small policy that is whole; each NN-name/ replaces files of it, so that one thing is wrong, and
# holds in `expected` what aup policy check then says, to the byte. UPDATE=1 writes the answers anew, to be read before they
# are kept.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
aup=${AUPD_BUILD:-$top/build}/aup
[ -x "$aup" ] || { echo "1..0 # SKIP aup is not built"; exit 0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0 bad=0

# check NAME DIRECTORY: lays the directory over the base and compares what is said about it.
check() {
	local got want=$2/expected
	rm -rf "$work/policy"
	cp -r "$top/tests/policy/broken/base" "$work/policy"
	cp -r "$2/." "$work/policy/"
	rm -f "$work/policy/expected"
	got=$(cd "$work" && "$aup" policy check policy 2>&1; echo "exit $?")
	[ -z "${UPDATE:-}" ] || printf '%s\n' "$got" > "$want"
	n=$((n + 1))
	if [ "$got" = "$(cat "$want")" ]; then
		echo "ok $n - $1: $(printf '%s' "$got" | grep -m1 '^aup: ' | cut -c6-)"
	else
		echo "not ok $n - $1"
		diff <(printf '%s\n' "$got") "$want" | sed 's/^/# /'
		bad=$((bad + 1))
	fi
}

for directory in "$top"/tests/policy/broken/[0-9]*/; do
	check "$(basename "$directory")" "${directory%/}"
done
mkdir "$work/whole"
printf 'policy "small", version 2026-03-01: 59 clauses, 4 rules, 4 ladders, 2 letters, 1 tests: good\nexit 0\n' > "$work/whole/expected"
UPDATE='' check "nothing is wrong" "$work/whole"
echo "1..$n"
exit $((bad > 0))
