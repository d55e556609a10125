#!/usr/bin/env bash
# Tries dist/wherewhen where nothing else is: an empty folder, an empty environment, no network, neither
# Deno nor Node. Then compares every result, byte by byte, with results/: from the binary on two workers,
# and from `deno run` on one. ONLY='freshen/* iron/*' restricts it to those scenarios, SOURCE_ONLY the
# part of `deno run` alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
binary=$root/dist/wherewhen
DENO=(npx --yes deno@2.9.6)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
only() { # <patterns>: the option that restricts to them, none if there are none
  local patterns
  read -ra patterns -d "" <<<"$1" || true
  [ ${#patterns[@]} -eq 0 ] || printf '%s\n' --only "${patterns[@]}"
}
mapfile -t in_binary < <(only "${ONLY:-}")
mapfile -t in_source < <(only "${SOURCE_ONLY:-${ONLY:-}}")

mkdir "$work/empty"
cd "$work/empty"
alone=(env -i)
if unshare --net true 2>/dev/null; then
  alone=(unshare --net env -i)
elif unshare --user --net true 2>/dev/null; then
  alone=(unshare --user --net env -i)
else
  echo "binary: this machine cannot take the network away; trying with it"
fi
ww() { "${alone[@]}" "$binary" "$@"; }

# Nine times; the least counts, in processor time: the rest is what else the machine was doing.
TIMEFORMAT='%R %U %S'
for _ in 1 2 3 4 5 6 7 8 9; do
  { time env -i "$binary" list >list.txt; } 2>>times.txt
done
least=$(awk '{ c = ($2 + $3) * 1000; if (NR == 1 || c < m) m = c } END { printf "%d", m }' times.txt)
wall=$(sort -n times.txt | awk 'NR == 5 { printf "%d", $1 * 1000 }')
echo "binary: list names $(wc -l <list.txt) scenarios in $wall ms (median of 9), $least ms of processor time (least)"
if [ "$least" -ge 300 ]; then
  echo "binary: list takes 300 ms or more" >&2
  exit 1
fi
rm times.txt
first=$(head -n 1 list.txt | cut -d ' ' -f 1)
rm list.txt

ww check --quiet
ww new freshen/transfer >mine.yaml
ww check --quiet mine.yaml
ww new escra/microservices --write app.yaml # names an application inside the binary
ww check --quiet app.yaml
rm app.yaml
ww run "$first" --out alone --jobs 1 --quiet
cmp "alone/$first.csv" "$root/results/$first.csv"
ww reproduce "${in_binary[@]}" --out all --jobs 2 --quiet || test $? -eq 4
if [ -e /proc/self ] && [ "$(ls | tr '\n' ' ')" != "all alone mine.yaml " ]; then
  echo "binary: wrote beside --out: $(ls)" >&2
  exit 1
fi

same=0
compare() { # <folder> <what>
  while IFS= read -r -d '' file; do
    cmp "$1/$file" "$root/results/$file" || { echo "$2 differs from results/" >&2; exit 1; }
    same=$((same + 1))
  done < <(cd "$1" && find . -path ./.wherewhen -prune -o -type f ! -name '*.runlog.json' -print0)
}
compare all "the binary's result"
echo "binary: $same files as in results/, byte by byte (CSV, manifest, PNG, SVG)"

# In CI: a changed number fails, and is named.
mkdir -p "old/${first%/*}"
sed '2s/[0-9.]*$/12345/' "$root/results/$first.csv" >"old/$first.csv"
ww run "$first" --compare "$root/results" --out new --junit same.xml --quiet
code=0
ww run "$first" --compare old --out new --junit changed.xml --summary changed.md --quiet 2>log || code=$?
if [ $code -ne 6 ] || ! grep -q '12345 →' log || ! grep -q '<failure message="1 cell of' changed.xml ||
  ! grep -q '12345 →' changed.md; then
  echo "binary: --compare did not name the changed cell (exit code $code)" >&2
  cat log >&2
  exit 1
fi
echo "binary: --compare passes on results/ and names the cell of a CSV that was changed"

cd "$root"
# On one worker. The tests do the same on two (src/cli/results_test.ts).
same=0
"${DENO[@]}" run -A --quiet cli.ts reproduce "${in_source[@]}" --out "$work/deno" --jobs 1 --quiet \
  2>"$work/log" || test $? -eq 4 || { cat "$work/log" >&2; exit 1; }
compare "$work/deno" "deno run --jobs 1"
echo "deno run --jobs 1: $same files the same"
