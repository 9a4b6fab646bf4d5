#!/usr/bin/env bash
# The completion that aup prints, in a bash that has sourced it: what TAB offers.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${AUPD_BUILD:-$top/build}
[ -x "$build/aup" ] || { echo "1..0 # SKIP aup is not built"; exit 0; }
"$build/aup" completion bash > /dev/null || { echo "1..1"; echo "not ok 1 - aup completion bash"; exit 1; }
# shellcheck disable=SC1090
source <("$build/aup" completion bash)
n=0 bad=0

# offers WORDS LINE...: TAB behind the last word of the line
offers() {
	local want=$1
	shift
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	_aup
	n=$((n + 1))
	if [ "${COMPREPLY[*]}" = "$want" ]; then
		echo "ok $n - ${*@Q}"
	else
		echo "not ok $n - ${*@Q}"
		printf '# got:    %s\n# wanted: %s\n' "${COMPREPLY[*]}" "$want"
		bad=$((bad + 1))
	fi
}

# every line of a command's usage begins with one of its words
verbs() { "$build/aup" "$1" --help | sed -n "s/^\(usage:\|      \) aup $1 \([a-z-]*\).*/\2/p" | tr '\n' ' ' | sed 's/ $//'; }
all=$("$build/aup" --help | sed -n 's/^  \([a-z-]*\) .*/\1/p' | tr '\n' ' ')
offers "${all}--help --version" aup ""
offers "$(verbs case)" aup case ""
offers "reasons reply resolve reopen" aup case re
offers "$(verbs intake)" aup intake ""
offers "$(verbs evidence)" aup evidence ""
offers "--open" aup evidence export C-256 --op
offers "--witness" aup verify bundle --wit
offers "$(verbs policy)" aup policy ""
offers "$(verbs registry)" aup registry ""
offers "on observe" aup enforcement ""
offers "pass" aup test ""
offers "decode" aup help dec
offers "--state" aup case list --st
offers "paused" aup case list --state p
offers "email.unsolicited" aup case open --clause email.uns
offers "connection.port_scan" aup intake confirm 1.1.4096.0 --class connection.po
offers "" aup decode report
offers "" aup case explain C-2
[ "$(complete -p aup)" = "complete -o default -F _aup aup" ] && echo "ok $((n + 1)) - files otherwise" || { echo "not ok $((n + 1)) - files otherwise"; bad=$((bad + 1)); }
echo "1..$((n + 1))"
exit $((bad > 0))
