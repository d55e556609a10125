#!/bin/sh
# CPU time of a request to Redis, memcached and MariaDB, one at a time and ten at once. CSV as measure.py's.
# usage: sh stores.sh BUILD CLASS_PATH_FILE
set -eu
build=$1; cp=$(cat "$2"); work=$(mktemp -d)
ticks() { awk '{sub(/.*\) /, ""); print $12 + $13}' "/proc/$1/stat"; }
rss() { awk '/RssAnon|RssFile/ {printf "%s%s", sep, $2 / 1024; sep = ","}' "/proc/$1/status"; }
redis-server --port 7201 --save '' --dir "$work" >/dev/null & redis=$!
memcached -u root -l 127.0.0.1 -p 7202 & mem=$!
mariadb-install-db --user=root --datadir="$work/db" --auth-root-authentication-method=normal >/dev/null 2>&1
mariadbd --no-defaults --user=root --datadir="$work/db" --port=7203 --bind-address=127.0.0.1 --socket="$work/s" >/dev/null 2>&1 & maria=$!
trap 'kill $redis $mem $maria; wait; rm -r "$work"' EXIT
sleep 8
mariadb -S "$work/s" -u root -e "CREATE DATABASE measure; USE measure; CREATE TABLE item (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(99), description VARCHAR(999), price INT, category INT, KEY (category));"
for i in $(seq 500); do echo "INSERT INTO item (name, description, price, category) VALUES ('item $i', repeat('very good ', 20), $i, $((i % 5)));"; done | mariadb -S "$work/s" -u root measure
for pair in "redis $redis" "memcached $mem" "mariadb $maria"; do set -- $pair; echo "$1,start,anonymous_and_file_mib,\"$(rss "$2")\""; done
for at in 1 10; do
  for op in set get; do
    before=$(ticks $redis)
    redis-benchmark -p 7201 -c $at -n 100000 -d 256 -t $op >/dev/null
    echo "redis,$at at once,${op}_cpu_us,$(( ($(ticks $redis) - before) * 10000 / 100000 ))"
  done
  before=$(ticks $mem)
  python3 "$(dirname "$0")/memcached.py" 7202 $at 40000
  echo "memcached,$at at once,set_and_get_cpu_us,$(( ($(ticks $mem) - before) * 10000 / 40000 ))"
  for op in select insert; do
    before=$(ticks $maria)
    out=$(java -cp "$build/java/classes:$cp" Db client 7203 $at 5 $op)
    calls=$(echo "$out" | sed 's/.*total_calls": \([0-9]*\).*/\1/')
    echo "mariadb,$at at once,${op}_cpu_us,$(( ($(ticks $maria) - before) * 10000 / calls ))"
    echo "mariadb,$at at once,${op}_client,\"$(echo "$out" | tr -d '\"')\""
  done
done
for pair in "redis $redis" "memcached $mem" "mariadb $maria"; do set -- $pair; echo "$1,after,anonymous_and_file_mib,\"$(rss "$2")\""; done
