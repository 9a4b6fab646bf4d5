#!/usr/bin/env bash
# aup policy: what the subcommands print, and their exit codes, on the policy that ships and on the small one.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
aup=${AUPD_BUILD:-$top/build}/aup
[ -x "$aup" ] || { echo "1..0 # SKIP aup is not built"; exit 0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0 bad=0

# run NAME CODE PATTERN ARGUMENTS...: the exit code, and a line of what is said.
run() {
	local name=$1 code=$2 pattern=$3 got status
	shift 3
	got=$("$aup" policy "$@" 2>&1)
	status=$?
	n=$((n + 1))
	if [ $status -eq "$code" ] && grep -qE -- "$pattern" <<< "$got"; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		printf '%s\n' "exit $status" "$got" | head -20 | sed 's/^/# /'
		bad=$((bad + 1))
	fi
}

cp -r "$top/tests/policy/broken/base" "$work/small"
cp -r "$work/small" "$work/other"
sed -i 's/>= 3 in 24h/>= 2 in 24h/; s/^test .*/test "two"  {/; /by c at/d' "$work/other/rules.policy"
sed -i 's/    expect nothing//' "$work/other/rules.policy"
cp -r "$work/small" "$work/bad"
cp -r "$work/small" "$work/text"
sed -i 's/^No bulk mail to people.*/No bulk mail to anybody./' "$work/text/aup.md"
cp -r "$work/small" "$work/unfit"
sed -i 's/with approval of 2/with approval of 1/' "$work/unfit/ladders.policy"
cp -r "$work/small" "$work/half"
rm "$work/half/aup.md"
printf 'provider "Test" { domain example.net }\n' > "$work/deaf.conf"
printf 'listn lmtp 127.0.0.1:1\n' > "$work/wrong.conf"
sed -i 's/clause contact/clause contract/' "$work/bad/kept.policy"

run "the policy that ships is good" 0 ': good$' check "$top/policy"
run "its main file may be named" 0 ': good$' check "$top/policy/aup.policy"
run "check as JSON" 0 '^\{"ok":true,"name":"small",.*"tests_failed":0\}$' check --json "$work/small"
run "a fault as JSON" 1 '^\{"ok":false,"file":"kept.policy","line":[0-9]+,"column":[0-9]+,"text":"' check --json "$work/bad"
run "its tests hold" 0 ' passed, 0 failed$' test "$top/policy"
run "one test by name" 0 '^1 passed, 0 failed$' test "$work/small" "the third reporter opens a case"
run "a test that is not there" 1 'no test "nothing"' test "$work/small" nothing
run "tests as JSON" 0 '"passed":1,"failed":0\}$' test --json "$work/small"
run "show one clause" 0 '^    rule reporters \{$' show "$work/small" email.unsolicited
run "show one ladder" 0 '^    after 48h limit mail unless answered$' show "$work/small" spam
run "show what is not there" 1 'no clause or ladder "spm"' show "$work/small" spm
run "show as JSON" 0 '"text":"ladder spam \{' show --json "$work/small" spam
run "coverage counts every clause" 0 '^59 clauses: 1 by complaints and meters, 3 by meters, [0-9]+ by complaints, [0-9]+ by complaints that people read, [0-9]+ by people, [0-9]+ by nothing yet; 4 kept by the product, 4 by it in part, 0 unused$' coverage "$top/policy"
run "coverage with a meter" 0 'seen-by-meters +meters; without' coverage --sources complaints,mail.burst "$top/policy"
run "coverage without an intake" 0 '^0 of 4 rules have a live input$' coverage --sources people "$work/small"
run "coverage of a configuration that hears nobody" 0 '^0 of 4 rules have a live input$' coverage --config "$work/deaf.conf" "$work/small"
run "coverage of one that takes complaints" 0 '^4 of 4 rules have a live input$' coverage --config "$top/conf/aupd.conf" "$work/small"
run "coverage of one that is wrong" 1 'is not known here' coverage --config "$work/wrong.conf" "$work/small"
run "coverage tells what the product lacks" 0 '^    not yet: an export of what is kept' coverage "$top/policy"
run "coverage as JSON" 0 '"totals":\{"nothing yet":' coverage --json "$work/small"
run "no difference" 0 '^the two versions say the same$' diff "$work/small" "$work/small"
run "a difference" 1 '^    to    distinct reporters per customer >= 2 in 24h$' diff "$work/small" "$work/other"
run "a difference as JSON" 1 '"name":"email.unsolicited/reporters","part":"count","before":"' diff --json "$work/small" "$work/other"
run "a difference shows the words" 1 '^    \+ No bulk mail to anybody\.$' diff "$work/small" "$work/text"
run "what no longer passes can still be compared" 0 '^the two versions say the same$' diff "$work/unfit" "$work/unfit"
run "what cannot be read cannot" 1 'there is no document' diff "$work/small" "$work/half"
run "a directory that is not there" 1 'nowhere' check "$work/nowhere"
run "a directory without a policy" 1 'no file \*\.policy here holds a policy' check "$top/src"
run "no subcommand" 2 '^usage:' 
run "an unknown subcommand" 2 'there is no "chek"' chek
run "no path" 2 '^usage: aup policy check' check
run "an unknown option" 2 '^usage: aup policy show' show --quick "$work/small"

"$aup" policy show "$top/policy" > "$work/shown" && mkdir "$work/again" && cp -r "$top/policy/letters" "$top/policy/aup.md" "$work/again" &&
	cp "$work/shown" "$work/again/aup.policy" && "$aup" policy show "$work/again" > "$work/twice"
n=$((n + 1))
if [ -s "$work/shown" ] && cmp -s "$work/shown" "$work/twice"; then
	echo "ok $n - the policy that ships shows a text that shows itself"
else
	echo "not ok $n - the policy that ships shows a text that shows itself"
	bad=$((bad + 1))
fi
echo "1..$n"
exit $((bad > 0))
