#!/usr/bin/env bash
# Business days in a ladder: what a policy that counts by a calendar does, played in virtual time through the daemon's own fold.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
aup=${AUPD_BUILD:-$top/build}/aup
[ -x "$aup" ] || { echo "1..0 # SKIP aup is not built"; exit 0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

cp -r "$top/tests/policy/broken/base" "$work/policy"
cp "$top/policy/calendars.policy" "$work/policy/"
sed -i 's/^include "ladders.policy"/include "calendars.policy"\n&/; s/^    posted .*/&\n    effective 2026-07-01T00:00:00Z/' "$work/policy/aup.policy"
sed -i 's/^    at once notify "first" fix within 48h/    at once notify "first" fix within 3 business days by us-federal/
	s/^    after 48h limit/    after 3 business days by us-federal limit/
	s/^    after 7d suspend/    after 10 business days by us-federal suspend/
	s/^    after 30d terminate/    after 90d terminate/' "$work/policy/ladders.policy"
# Independence Day 2026 is a Saturday, kept on Friday the 3rd; the 1st, a Wednesday, is the first day of the test.
cat >> "$work/policy/rules.policy" <<'END'
test "three business days over a holiday and a weekend" {
    given customer "acme" holds 192.0.2.0/24
    report messaging.spam from 192.0.2.7 by a at 10:00
    report messaging.spam from 192.0.2.7 by b at 11:00
    report messaging.spam from 192.0.2.7 by c at 12:00
    expect notify "first"
    pass 160h
    expect nothing
    pass 1h
    expect limit mail
    pass 215h
    expect nothing
    pass 1h
    expect suspend mail
}
END
got=$("$aup" policy check "$work/policy" 2>&1)
case $got in
*": good") echo "ok 1 - $got" ;;
*) echo "not ok 1 - business days are counted"; printf '%s\n' "$got" | sed 's/^/# /' ;;
esac
"$aup" policy show "$work/policy" > "$work/shown" 2>&1
want='    at once notify "first" fix within 3 business days by us-federal
    after 3 business days by us-federal limit mail unless answered
    after 10 business days by us-federal suspend mail unless resolved'
if [ "$(grep -A3 '^ladder spam' "$work/shown" | tail -3)" = "$want" ] && grep -q '^    holiday "Memorial Day" on last monday of may from 1971$' "$work/shown"; then
	echo "ok 2 - the normal form says them, and the calendar"
else
	echo "not ok 2 - the normal form says them, and the calendar"
	sed 's/^/# /' "$work/shown"
fi
cp -r "$work/policy" "$work/later"
sed -i 's/^    holiday "Memorial Day".*/&\n    holiday "Day of Mourning" on 2026-07-06/' "$work/later/calendars.policy"
got=$("$aup" policy diff "$work/policy" "$work/later" 2>&1)
want='calendar us-federal: days changed
    + holiday "Day of Mourning" on 2026-07-06'
if [ "$got" = "$want" ]; then
	echo "ok 3 - a day that is added is a difference of two versions"
else
	echo "not ok 3 - a day that is added is a difference of two versions"
	printf '%s\n' "$got" | sed 's/^/# /'
fi
sed -i 's/after 3 business days by us-federal limit/after 4 business days by us-federal limit/' "$work/later/ladders.policy"
got=$("$aup" policy diff "$work/policy" "$work/later" 2>&1)
want='It comes after 4 business days by us-federal, not after 3 business days by us-federal.'
case $got in
*"$want"*) echo "ok 4 - a step that comes later is told in a sentence" ;;
*)
	echo "not ok 4 - a step that comes later is told in a sentence"
	printf '%s\n' "$got" | sed 's/^/# /'
	;;
esac
echo 1..4
