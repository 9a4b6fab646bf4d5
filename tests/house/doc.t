#!/usr/bin/env bash
# The documents against the tree: every file and folder they name is there, every folder of src/ stands in the architecture,
# and what may include what says the same there and in tools/layers.txt.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd) && cd "$top" || exit 1
n=0 bad=0

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

# Paths in backquotes and links: a folder or a file of the tree, also below src/.
for doc in README.md CONTRIBUTING.md doc/*.md; do
	gone=
	for name in $(grep -o '`[a-z][a-z]*/[a-z_./]*`' "$doc" | tr -d '`' | sort -u) $(grep -o '](\([^)]*\))' "$doc" | sed 's/](//; s/)//'); do
		[ -e "$name" ] || [ -e "src/$name" ] || [ -e "$(dirname "$doc")/$name" ] || case $name in hand/stop | sealed/ | build/ | debian/) ;; *) gone="$gone $name" ;; esac
	done
	is "$doc names what is there" "" "$gone"
done

is "every folder of src/ stands in the architecture" "$(ls src | sort)" "$(sed -n 's/^| [0-9] | `src\/\([a-z]*\)`.*/\1/p' doc/architecture.md | sort)"
# a folder that is not there yet may be allowed already
allowed() { for f in $(ls src); do sed -n "s/^$f:\(.*\)/\1/p" tools/layers.txt | tr ' ' '\n' | grep . | while read -r d; do [ -e "src/$d" ] && echo "$f $d"; done; done | sort; }
told() { sed -n 's/^| [0-9] | `src\/\([a-z]*\)` | .* | \([^|]*\) |$/\1 \2/p' doc/architecture.md | tr -d '`,' | while read -r f rest; do for d in $rest; do
	case $d in libraries) ;; everything) ls src | grep -vx -e aup -e "$f" | sed "s/^/$f /" ;; *) echo "$f $d" ;; esac; done; done | sort; }
is "who may include whom is told as tools/layers.txt has it" "$(allowed)" "$(told)"
is "every role of the table is one of the daemon's" "$(sed -n 's/.*role_words\[\] = { \(.*\), NULL };/\1/p' src/aupd/role.c | tr -d '",' | tr ' ' '\n' | sort)" \
	"$(sed -n 's/^| \([a-z]*\) | `aupd\/.*/\1/p' doc/architecture.md | grep -vx keeper | sort)"
is "the links of the drawing are those that the keeper makes" \
	"$(tr -d '\n\t ' < src/aupd/child.c | grep -o 'links\[\]\[2\]={.*};' | sed 's/};.*//' | grep -o 'ROLE_[A-Z]*,ROLE_[A-Z]*' | sed 's/ROLE_//g; s/,/-/' | tr A-Z a-z | sort)" \
	"$(sed -n 's/^Links: \([^.]*\)\..*/\1/p' doc/architecture.md | tr -d ' ' | tr ',' '\n' | sort)"
is "LICENSE is the Apache License 2.0" "$(sed -n "s/^  license: '\(.*\)',/\1/p" meson.build)" "$(grep -q 'Apache License' LICENSE && grep -q 'Version 2.0' LICENSE && echo Apache-2.0)"
echo "1..$n"
exit $((bad > 0))
