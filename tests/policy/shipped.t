#!/usr/bin/env bash
# The shipped policy: every check, every inline test as one line, every letter in every language with the same fields, and
# what coverage says of each clause compared with the reviewed list in shipped.coverage.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
aup=${AUPD_BUILD:-$top/build}/aup
[ -x "$aup" ] || { echo "1..0 # SKIP aup is not built"; exit 0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0 bad=0

# ok NAME COMMAND...: one TAP line; what the command printed becomes a comment when it fails.
ok() {
	local name=$1
	shift
	n=$((n + 1))
	if "$@" > "$work/out" 2>&1; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		sed 's/^/# /' "$work/out"
		bad=$((bad + 1))
	fi
}

fields() { grep -o '{[a-z_]*}' "$1" | sort -u; }
same_fields() { diff <(fields "$top/policy/letters/en/$1") <(fields "$top/policy/letters/de/$1"); }
same_letters() { diff <(ls "$top/policy/letters/en") <(ls "$top/policy/letters/de"); }
# The clauses whose own paragraph and heading the posted text holds, in the order of the clause table.
same_clauses() {
	diff <(sed -n 's/^### \(.*\) {#\(.*\)}$/\2 \1/p' "$top/policy/aup.md") \
		<(sed -n 's/^\(CLAUSE\|KEPT\)("\([^"]*\)", "\([^"]*\)".*/\2 \3/p' "$top/src/model/clause.def")
}
same_coverage() {
	"$aup" policy coverage "$top/policy" > "$work/coverage" || return 1
	diff <(grep -v '^ ' "$work/coverage" | sed -n 's/^\([a-z.-]*\)  *\(.*\)$/\1 \2/p' | tr -s ' ' | grep -v '^59 ') "$top/tests/policy/shipped.coverage"
}
# A kind is for people to read exactly when neither XARF 4, whose kinds come first, nor a decoder names it.
same_kinds() {
	diff <(sed -n 's/^KIND(\([A-Z0-9_]*\),.*KIND_READ)$/\1/p' "$top/src/model/kind.def" | sort) \
		<(sed -n 's/^KIND(\([A-Z0-9_]*\),.*/\1/p' "$top/src/model/kind.def" | sed '1,/^THREAT_INTELLIGENCE$/d' |
			grep -vxF "$(grep -oh 'KIND_[A-Z0-9_]*' "$top"/src/format/{arf,bounce,xarf,xarf_old}.c | sed 's/^KIND_//')" | sort)
}
# Rules that one unverified reporter fires alone, and whose ladder has an act that no person carries out.
strangers_word() {
	"$aup" policy show "$top/policy" | awk '
		/^enforce/ && $5 == "task" { person[$2 " " $3] = 1 }
		/^ladder/ { ladder = $2 }
		/^    (at once|after) / && ($3 == "end" || $3 == "limit" || $3 == "suspend") && !person[$3 " " $4] { cuts[ladder] = 1 }
		/^clause/ { clause = $2 }
		/^    rule/ { rule = $2; word = safe = 0 }
		/^        when/ { word = /when report|, report/; safe = /reporter verified/ }
		/^        count distinct reporters/ && $7 >= 2 { safe = 1 }
		/^        person/ { safe = 1 }
		/^        ladder/ { goes = $2 }
		/^    }/ && rule != "" { rules++; if (word && !safe && cuts[goes]) print clause "/" rule; rule = "" }
		END { if (rules < 90) print "only " rules " rules were read" }' > "$work/word"
	cat "$work/word"
	[ ! -s "$work/word" ]
}
# Clauses with rules that no inline test opens a case of.
all_tested() {
	"$aup" policy show "$top/policy" | awk '/^clause/ { clause = $2 } /^    rule/ { print clause }' | sort -u > "$work/ruled"
	grep -oh 'expect case [a-z.-]*' "$top"/policy/*.policy | sed 's/expect case //' | sort -u > "$work/opened"
	comm -23 "$work/ruled" "$work/opened" > "$work/untested"
	cat "$work/untested"
	[ -s "$work/ruled" ] && [ ! -s "$work/untested" ]
}
no_failure() { ! grep -v '^ok' "$work/tests" | grep -v ' 0 failed$'; }

ok "the shipped policy passes every check" "$aup" policy check "$top/policy"
"$aup" policy test "$top/policy" > "$work/tests" 2>&1
while read -r verdict name; do
	case $verdict in
	ok) n=$((n + 1)); echo "ok $n - $name" ;;
	FAIL) n=$((n + 1)); bad=$((bad + 1)); echo "not ok $n - $name" ;;
	esac
done < "$work/tests"
ok "no inline test failed" no_failure
ok "there are at least 178 inline tests" test "$(grep -c '^ok' "$work/tests")" -ge 178
ok "the posted text has a paragraph for each clause, under its title, in order" same_clauses
ok "every letter exists in both languages" same_letters
for letter in "$top"/policy/letters/en/*.txt; do
	ok "letter $(basename "$letter" .txt) tells the same in both languages" same_fields "$(basename "$letter")"
done
ok "no program cuts anything on one stranger's word" strangers_word
ok "each clause with rules has a test that opens a case of it" all_tested
ok "what no format states is marked so" same_kinds
ok "coverage says of each clause what was reviewed" same_coverage
echo "1..$n"
exit $((bad > 0))
