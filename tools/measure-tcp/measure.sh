#!/bin/sh
# Measures TCP transfers on a real Linux kernel under virtual time (not part of the tests).
#   sh tools/measure-tcp/measure.sh CELLS > rows.csv
# Needs Debian packages: qemu-system-x86 linux-image-amd64 (6.1) busybox-static iproute2 gcc cpio.
# Every instruction of the guest takes 2^SHIFT ns and idle time is skipped, so the host's load and
# speed do not matter.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cells=$1
shift=${SHIFT:-0}
extra=${EXTRA:-/dev/null}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kernel=$(ls /boot/vmlinuz-6.1* | tail -n 1)
version=${kernel#/boot/vmlinuz-}
root=$work/root
mkdir -p "$root/bin" "$root/proc" "$root/sys" "$root/dev"
cp "$(command -v busybox)" "$root/bin/busybox"
for tool in ip tc; do
  path=$(command -v $tool); mkdir -p "$root/sbin"; cp "$path" "$root/sbin/$tool"
  ldd "$path" | grep -o '/[^ ]*' | while read -r lib; do mkdir -p "$root$(dirname "$lib")"; cp -L "$lib" "$root$lib"; done
done
for m in drivers/net/veth net/sched/sch_netem; do cp "/lib/modules/$version/kernel/$m.ko" "$root/"; done
gcc -O2 -static -o "$root/xfer" "$here/xfer.c"
cat "$here/init" "$extra" "$here/init.tail" > "$root/init"; chmod +x "$root/init"
cp "$cells" "$root/cells"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) > "$work/initrd"
qemu-system-x86_64 -M pc -cpu "${CPU:-qemu64}" -smp 1 -m 2048 -nographic -no-reboot -nodefaults -serial stdio \
  -accel tcg -icount shift="$shift",sleep=off -kernel "$kernel" -initrd "$work/initrd" \
  -append "console=ttyS0 quiet panic=-1 mitigations=off" | tr -d '\r' | tee "${LOG:-/dev/null}" |
  { echo "link_rate,rtt_us,direction,file_bytes,connection,idle_us,slow_start_after_idle,rmem_max,wmem_max,warm_up_bytes,connect_ms,transfer_ms,cwnd_before_segments,ssthresh_before,srtt_us,rto_us,cwnd_after"; sed -n 's/^ROW //p'; }
