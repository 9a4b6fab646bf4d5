#!/usr/bin/env bash
# aup check, aupd -t and aupd -S: the normal form of a configuration, and what is said about a wrong one, to the caret.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${AUPD_BUILD:-$top/build}
[ -x "$build/aup" ] && [ -x "$build/aupd" ] || { echo "1..0 # SKIP the programs are not built"; exit 0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
n=0 bad=0

# is NAME WANT GOT
is() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") | sed 's/^/# /'
		bad=$((bad + 1))
	fi
}
check() { "$build/aup" check "$@" 2>&1; echo "exit $?"; }

# wrong NAME TEXT SAID: both programs refuse it, and say the same.
wrong() {
	printf '%s\n' 'provider "p" { domain p.example }' "$2" > t.conf
	is "$1" "aup: $3"$'\nexit 1' "$(check -c t.conf)"
	is "$1, to aupd" "aupd: $3"$'\nexit 1' "$("$build/aupd" -t -c t.conf 2>&1; echo "exit $?")"
}

printf '%s\n' '# whole' 'provider   "Example \"Net\""   { domain example.net }' 'hand { protect acme; protect 192.0.2.0/24 }' \
	'listen   lmtp /run/aupd/lmtp.sock' > whole.conf
want='provider "Example \"Net\"" {
    domain example.net
    abuse abuse
    contact ""
}
hand {
    protect acme
    protect 192.0.2.0/24
    smarthost 127.0.0.1:25
    nft /usr/sbin/nft
    table aupd
    suspensions 10
    suspensions-day 50
    suspensions-rule 5
    suspensions-reseller 10
    suspensions-reporter 3
    ends 100
    hook-secret ""
}
listen lmtp /run/aupd/lmtp.sock'
got=$(check -c whole.conf)
is "the normal form: what was given, with the defaults of its blocks" "$want" "$(printf '%s\n' "$got" | sed '/^listen/q')"
is "then the defaults of all else" "$(sed -n '/config_items\[\] = {/,/^};/s/.*\.name = "\([a-z-]*\)".*\.fallback = .*/\1/p' "$top/src/model/config.c" | sort)" \
	"$(printf '%s\n' "$got" | sed '1,/^listen/d; /^exit 0$/d; /^    /d; /^}/d; /{$/d; s/ .*//' | sort)"
"$build/aup" check -c whole.conf > normal.conf
is "it reads back as itself" "$got" "$(check --config normal.conf)"
is "aupd -t says nothing of a good file" "exit 0" "$("$build/aupd" -t -c whole.conf 2>&1; echo "exit $?")"
is "a file that is not there" "exit 1" "$(check -c none.conf | tail -1)"
is "too many arguments" "exit 2" "$(check whole.conf | tail -1)"

wrong "an unknown word" 'listne smtp 127.0.0.1:25' \
	$'t.conf:2:1: "listne" is not known here (did you mean "listen"?)\n    listne smtp 127.0.0.1:25\n    ^'
wrong "an unknown word in a block" $'hand {\n\tsmarthots 127.0.0.1:25\n}' \
	$'t.conf:3:2: "smarthots" is not known here (did you mean "smarthost"?)\n    \tsmarthots 127.0.0.1:25\n    \t^'
wrong "a word out of a list" 'enforcement onn' \
	$'t.conf:2:13: enforcement: "onn" is not one of the words it knows (did you mean "on"?)\n    enforcement onn\n                ^'
wrong "an unknown listener" 'listen smpt 127.0.0.1:25' \
	$'t.conf:2:8: listen: "smpt" is none of smtp, lmtp, http, ingest, api, garden\n    listen smpt 127.0.0.1:25\n           ^'
wrong "a listener without an address" 'listen smtp' \
	$'t.conf:2:1: listen smtp|lmtp|http|ingest|garden ADDRESS:PORT or /PATH, a garden also with tls CERT KEY\n    listen smtp\n    ^'
wrong "keys of the API over a network in clear" 'listen api 192.0.2.1:443' \
	$'t.conf:2:12: listen api: keys would go in clear there; give tls CERT KEY, or a loopback address behind a proxy\n    listen api 192.0.2.1:443\n               ^'
wrong "keys of the API on a socket that says who is there" 'listen api /run/x' \
	$'t.conf:2:12: listen api: keys would go in clear there; give tls CERT KEY, or a loopback address behind a proxy\n    listen api /run/x\n               ^'
wrong "a certificate that is not there" 'listen api 192.0.2.1:443 tls /none/c.pem /none/k.pem' \
	$'t.conf:2:30: tls: "/none/c.pem" cannot be read, or holds no certificate in PEM\n    listen api 192.0.2.1:443 tls /none/c.pem /none/k.pem\n                                 ^'
wrong "a number out of its range" 'hand { suspensions 10001 }' \
	$'t.conf:2:20: suspensions: "10001" is out of its range (0 to 10000)\n    hand { suspensions 10001 }\n                       ^'
wrong "a size out of its range" 'spool { message 1G }' \
	$'t.conf:2:17: message: "1G" is out of its range (65536 to 104857600)\n    spool { message 1G }\n                    ^'
wrong "a size that does not fit the spool" 'spool { size 16M }' \
	$'t.conf:2:1: message: the longest message must fit twice into the spool\'s size\n    spool { size 16M }\n    ^'
wrong "one person, two operators" $'operator a uid 7\noperator b uid 7' \
	$'t.conf:3:16: user id 7 is operator a already: one person approves once\n    operator b uid 7\n                   ^'
wrong "a relative path" 'run here' $'t.conf:2:5: run: "here" is no absolute path\n    run here\n        ^'
wrong "a store elsewhere" 'store ../x.db' $'t.conf:2:7: store: a file name in the data directory, not a path\n    store ../x.db\n          ^'
wrong "a smarthost without a port" 'hand { smarthost mail.example.net }' \
	$'t.conf:2:18: smarthost: "mail.example.net" is not HOST:PORT\n    hand { smarthost mail.example.net }\n                     ^'
wrong "a prefix with host bits" 'hand { allow-hook 10.0.0.1/8 }' \
	$'t.conf:2:19: allow-hook: "10.0.0.1/8" is out of its range (allow-hook PREFIX)\n    hand { allow-hook 10.0.0.1/8 }\n                      ^'
wrong "an operator without a number" 'operator eve uid eve' \
	$'t.conf:2:1: an operator reads: operator NAME uid NUMBER\n    operator eve uid eve\n    ^'
wrong "a key that is no digest" 'api-key desk secret' \
	$'t.conf:2:14: an api-key reads: api-key CLIENT SHA256, in 64 digits of lower-case hexadecimal\n    api-key desk secret\n                 ^'
wrong "an officer's key that is none" 'officer-key 00' \
	$'t.conf:2:13: officer-key: a public key is 64 digits of lower-case hexadecimal\n    officer-key 00\n                ^'
wrong "given twice" $'data /a\ndata /b' $'t.conf:3:1: data is given twice (first in line 2)\n    data /b\n    ^'
wrong "bindings beside several judges" $'judges 2\nbindings { feed a 1 }' \
	$'t.conf:3:1: bindings: one process alone keeps them; judges must be 1\n    bindings { feed a 1 }\n    ^'
wrong "a number of two feeds" 'bindings { feed a 1; feed b 1 }' \
	$'t.conf:2:22: feed b 1: each feed has a name and a number of its own\n    bindings { feed a 1; feed b 1 }\n                         ^'
wrong "a number that no feed has" 'bindings { feed a 251 }' \
	$'t.conf:2:19: a feed reads: feed NAME NUMBER, with a number from 1 to 250\n    bindings { feed a 251 }\n                      ^'
wrong "a witness with the key of a ledger" 'ledger { witness witness.example/w1+59025d3a+AUgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd https://w.example/ }' \
	$'t.conf:2:18: this is no key of a witness, "name+id+base64" of kind 04 (its operator publishes it; that of a ledger, of kind 01, is none)\n    ledger { witness witness.example/w1+59025d3a+AUgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd https://w.example/ }\n                     ^'
wrong "a key of a witness with a slip in it" 'ledger { witness witness.example/w1+00000000+BEgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd https://w.example/ }' \
	$'t.conf:2:18: this is no key of a witness, "name+id+base64" of kind 04 (its operator publishes it; that of a ledger, of kind 01, is none)\n    ledger { witness witness.example/w1+00000000+BEgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd https://w.example/ }\n                     ^'
wrong "a witness that is nowhere" 'ledger { witness witness.example/w1+f5802c19+BEgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd }' \
	$'t.conf:2:10: a witness reads: witness KEY URL\n    ledger { witness witness.example/w1+f5802c19+BEgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd }\n             ^'
wrong "a witness without TLS" 'ledger { witness witness.example/w1+f5802c19+BEgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd http://w.example/ }' \
	$'t.conf:2:91: http without TLS goes to a loopback address only, such as http://127.0.0.1:8080/\n    ledger { witness witness.example/w1+f5802c19+BEgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd http://w.example/ }\n                                                                                              ^'
wrong "a witness behind no URL of the web" 'ledger { witness witness.example/w1+f5802c19+BEgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd ftp://w.example/ }' \
	$'t.conf:2:91: "ftp://w.example/" is no URL that begins with https://\n    ledger { witness witness.example/w1+f5802c19+BEgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd ftp://w.example/ }\n                                                                                              ^'
wrong "a password in a URL" 'ledger { witness witness.example/w1+f5802c19+BEgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd https://u:p@w.example/ }' \
	$'t.conf:2:91: "https://u:p@w.example/" is not https://HOST/PATH\n    ledger { witness witness.example/w1+f5802c19+BEgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd https://u:p@w.example/ }\n                                                                                              ^'
wrong "two witnesses of a name" $'ledger { witness witness.example/w1+f5802c19+BEgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd https://a.example/\nwitness witness.example/w1+f5802c19+BEgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd https://b.example/ }' \
	$'t.conf:3:9: there is a witness of this name already\n    witness witness.example/w1+f5802c19+BEgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd https://b.example/ }\n            ^'
wrong "more witnesses than there are" 'ledger { witness witness.example/w1+f5802c19+BEgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd https://w.example/; required 2 }' \
	$'t.conf:2:120: required: 2 witnesses must sign, and there are 1\n    ledger { witness witness.example/w1+f5802c19+BEgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQho7FMhXd https://w.example/; required 2 }\n                                                                                                                           ^'
wrong "a stamp that nothing checks" 'ledger { stamp https://tsa.example/ }' \
	$'t.conf:2:10: stamp: a stamp is checked before it is kept; stamp-ca names the certificates\n    ledger { stamp https://tsa.example/ }\n             ^'
wrong "certificates that are not there" 'ledger { stamp https://tsa.example/; stamp-ca /none }' \
	$'t.conf:2:47: stamp-ca: "/none" cannot be read, or holds no certificate in PEM\n    ledger { stamp https://tsa.example/; stamp-ca /none }\n                                                  ^'
wrong "a stamp behind no URL" 'ledger { stamp tsa.example; stamp-ca /none }' \
	$'t.conf:2:16: "tsa.example" is no URL that begins with https://\n    ledger { stamp tsa.example; stamp-ca /none }\n                   ^'
wrong "a directory of maps that is not there" 'intake { maps /nowhere }' \
	$'t.conf:2:15: maps: cannot open /nowhere: No such file or directory\n    intake { maps /nowhere }\n                  ^'
wrong "a relative directory of maps" 'intake { maps here }' \
	$'t.conf:2:15: maps: "here" is no absolute path\n    intake { maps here }\n                  ^'
mkdir maps
printf 'classes c {\n  version 1\n  class x messaging.spma\n}\n' > maps/c.map
wrong_map="aup: $work/maps/c.map:3:11: \"messaging.spma\" is no kind of report (did you mean \"messaging.spam\"?)
      class x messaging.spma
              ^
exit 1"
printf '%s\n' 'provider "p" { domain p.example }' "intake { maps $work/maps }" > t.conf
is "a map that is wrong, with its place" "$wrong_map" "$(check -c t.conf)"
is "aupd -t says the same" "${wrong_map/aup:/aupd:}" "$("$build/aupd" -t -c t.conf 2>&1; echo "exit $?")"
sed -i s/spma/spam/ maps/c.map
is "and a good one" "exit 0" "$("$build/aupd" -t -c t.conf 2>&1; echo "exit $?")"
wrong "a mailbox that nothing could be handed over from" 'fetch { maildir /m { } }' \
	$'t.conf:2:1: fetch: what is picked up is handed over by LMTP, and nothing listens for it\n    fetch { maildir /m { } }\n    ^'
wrong "a relative Maildir" $'listen lmtp /l\nfetch { maildir m { } }' \
	$'t.conf:3:17: maildir: "m" is no absolute path\n    fetch { maildir m { } }\n                    ^'
wrong "a folder that leads out of its Maildir" $'listen lmtp /l\nfetch { maildir /m { folder ../x } }' \
	$'t.conf:3:29: folder: "../x" is no folder of a Maildir, such as .Done\n    fetch { maildir /m { folder ../x } }\n                                ^'
wrong "a mailbox without TLS" $'listen lmtp /l\nfetch { imap "imap://m.example/INBOX" { login u; password-file /p } }' \
	$'t.conf:3:14: imap: "imap://m.example/INBOX" is not imaps://HOST/MAILBOX\n    fetch { imap "imap://m.example/INBOX" { login u; password-file /p } }\n                 ^'
wrong "a mailbox that would end its quotes" $'listen lmtp /l\nfetch { imap "imaps://m.example/a*" { login u; password-file /p } }' \
	$'t.conf:3:14: imap: "imaps://m.example/a*" is not imaps://HOST/MAILBOX\n    fetch { imap "imaps://m.example/a*" { login u; password-file /p } }\n                 ^'
wrong "a password that is not there" $'listen lmtp /l\nfetch { imap "imaps://m.example/INBOX" { login u; password-file /p } }' \
	$'t.conf:3:65: password-file: "/p" cannot be read, or its first line is empty\n    fetch { imap "imaps://m.example/INBOX" { login u; password-file /p } }\n                                                                    ^'
wrong "one mailbox twice" $'listen lmtp /l\nfetch { maildir /m { }; maildir /m { } }' \
	$'t.conf:3:33: fetch: this mailbox is named already\n    fetch { maildir /m { }; maildir /m { } }\n                                    ^'
wrong "a provider without a page to come back to" 'oidc { issuer https://id.example; client aupd }' \
	$'t.conf:2:1: oidc: the provider sends people back to a page below web-url, and there is none\n    oidc { issuer https://id.example; client aupd }\n    ^'
wrong "a provider without TLS" 'oidc { issuer http://id.example; client aupd }' \
	$'t.conf:2:15: issuer: https://HOST[/PATH], or http:// on a loopback address\n    oidc { issuer http://id.example; client aupd }\n                  ^'
wrong "a client that would end its quotes" $'oidc { issuer https://id.example; client "a\\"b" }' \
	$'t.conf:2:42: client: 1 to 255 characters of ASCII\n    oidc { issuer https://id.example; client "a\\"b" }\n                                             ^'
wrong "a string that is not closed" 'user "aupd' $'t.conf:2:6: this string is not closed in its line\n    user "aupd\n         ^'
printf 'log json\n' > t.conf
is "nothing says who we are" $'aup: t.conf:1:1: provider is missing: who we are\n    log json\n    ^\nexit 1' "$(check -c t.conf)"

printf '%s\n' 'provider "p" { domain p.example }' "testing yes" > t.conf
is "a test clock is good outside service" "exit 0" "$("$build/aupd" -t -c t.conf 2>&1; echo "exit $?")"
said=$'aupd: t.conf:2:9: testing: a daemon in service takes its time from no test clock\n    testing yes\n            ^\nexit 1'
is "in service it is refused" "$said" "$("$build/aupd" --service -t -c t.conf 2>&1; echo "exit $?")"
is "and the daemon does not start" "$said" "$("$build/aupd" -S -c t.conf 2>&1; echo "exit $?")"
echo "1..$n"
exit $((bad > 0))
