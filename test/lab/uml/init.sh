#!/bin/sh
# First process of User-mode Linux. The kernel hands its WEIR_* parameters over as environment.
# The file tree is the host's; what a kernel writes about itself goes to file systems of its own.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/dev/shm
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs run /run
mkdir -p /dev/shm
mount -t tmpfs shm /dev/shm
for module in $(echo "$WEIR_MODULES" | tr , ' '); do
  modprobe -d "$WEIR_MODULE_DIR" "$module" || echo "weir-lab: no module $module"
done
sysctl -q -w net.ipv4.tcp_allowed_congestion_control="$(sysctl -n net.ipv4.tcp_available_congestion_control)"
sysctl -q -w net.ipv4.tcp_congestion_control="$WEIR_CONGESTION" net.ipv4.ip_forward=1
ip link set lo up
ip addr add "$WEIR_ADDRESS" dev vec0
ip link set vec0 up
"$WEIR_NODE" "$WEIR_EXEC_SERVER" "${WEIR_ADDRESS%/*}" "$WEIR_PORT"
poweroff -f
