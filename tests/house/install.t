#!/usr/bin/env bash
# What is installed: each program, manual, service file and the policy; that they fit each other.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${AUPD_BUILD:-$top/build}
[ -x "$build/aup" ] && [ -f "$build/build.ninja" ] || { echo "1..0 # SKIP nothing is built"; exit 0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0 bad=0

ok() { # NAME STATUS COMMENT
	n=$((n + 1))
	[ "$2" = 0 ] && echo "ok $n - $1" && return
	echo "not ok $n - $1"
	printf '%s\n' "${3:-}" | head -20 | sed 's/^/# /'
	bad=$((bad + 1))
}

said=$(DESTDIR=$work meson install -C "$build" --no-rebuild --quiet 2>&1)
ok "meson install" $? "$said"
root=$work$("$build/aupd" --help | sed -n 's/.*(\(.*\)\/aupd\/aupd.conf).*/\1/p')
prefix=$(find "$work" -path '*/sbin/aupd' -printf '%h\n')
prefix=${prefix%/sbin}
for file in bin/aup sbin/aupd lib/systemd/system/aupd.service lib/sysusers.d/aupd.conf lib/tmpfiles.d/aupd.conf share/aupd/policy/aup.policy share/aupd/kea-lease-events \
	$(cd "$top/conf" && for m in maps/*.map; do echo "share/aupd/$m"; done) \
	share/bash-completion/completions/aup $(cd "$top/man" && for m in *.[0-9]; do echo "share/man/man${m##*.}/$m"; done); do
	[ -f "$prefix/$file" ]
	ok "$file is there" $? "$(cd "$prefix" && find . -type f | head -40)"
done
[ "$(stat -c %a "$root/aupd/aupd.conf")" = 640 ]
ok "aupd.conf is there, not for everybody" $?
for command in "aup check -c" "aupd --service -t -c"; do
	said=$("$build/"${command%% *} ${command#* } "$root/aupd/aupd.conf" 2>&1 >/dev/null)
	ok "$command takes it" $? "$said"
done
said=$(diff -r "$top/policy" "$prefix/share/aupd/policy" 2>&1)
ok "the policy is whole" $? "$said"
said=$(PATH=/nowhere "$prefix/share/aupd/kea-lease-events" lease4_select 2>&1) && [ -z "$said" ]
ok "the script for Kea runs, and says nothing of an event that it does not know" $? "$said"
bash -n "$prefix/share/bash-completion/completions/aup"
ok "bash reads the completion" $?
if command -v systemd-analyze > /dev/null; then
	sed "s,${prefix#"$work"}/sbin/aupd,$prefix/sbin/aupd," "$prefix/lib/systemd/system/aupd.service" > "$work/aupd.service"
	said=$(systemd-analyze verify --man=no --recursive-errors=no "$work/aupd.service" 2>&1)
	[ -z "$said" ]
	ok "systemd has nothing against the unit" $? "$said"
	said=$(systemd-analyze security --offline=yes --threshold=30 "$work/aupd.service" 2>&1)
	ok "and finds it hardened: $(printf '%s' "$said" | sed -n 's/.*level for aupd.service: \([0-9.]*\).*/\1/p')" $? "$said"
else
	echo "ok $((n + 1)) - systemd has nothing against the unit # SKIP systemd-analyze is not installed"
	n=$((n + 1))
fi
# on a root directory of its own: the users, then their directories
if command -v systemd-sysusers > /dev/null && [ "$(id -u)" = 0 ]; then
	mkdir -p "$work/root/etc/aupd" "$work/root/var/lib" && touch "$work/root/etc/aupd/aupd.conf"
	said=$(systemd-sysusers --root="$work/root" "$prefix/lib/sysusers.d/aupd.conf" 2>&1)
	ok "systemd-sysusers makes the users" $? "$said"
	[ "$(grep -c '^aupd-' "$work/root/etc/passwd")" = 7 ]
	ok "all seven" $? "$(cat "$work/root/etc/passwd")"
	said=$(systemd-tmpfiles --create --root="$work/root" "$prefix/lib/tmpfiles.d/aupd.conf" 2>&1) && [ -z "$said" ]
	ok "systemd-tmpfiles makes the directories" $? "$said"
	[ "$(cd "$work/root" && stat -c %a var/lib/aupd var/lib/aupd/hand etc/aupd/aupd.conf | tr '\n' ' ')" = "2750 700 640 " ]
	ok "with their modes" $? "$(cd "$work/root" && stat -c '%a %n' var/lib/aupd var/lib/aupd/hand etc/aupd/aupd.conf)"
fi
echo "1..$n"
exit $((bad > 0))
