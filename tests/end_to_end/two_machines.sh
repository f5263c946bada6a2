#!/bin/sh
# Runs two commands as if on two connected machines, each in its own network namespace:
#   two_machines.sh NEAR_COMMAND FAR_COMMAND
# Each has the interface "wire"; the addresses are 10.9.0.1 and 10.9.0.2. Needs root. Ends when the
# far command ends, with its exit code.
set -eu
[ "${UNSHARED:-}" ] || UNSHARED=1 exec unshare --net "$0" "$@"

directory=$(mktemp -d)
trap 'kill "$near"; wait "$near" || true' EXIT
trap 'exit 143' INT TERM
mkfifo "$directory/here" "$directory/joined"

# $1: command, $2: address. An IPv6 address becomes usable a while after the link.
machine='echo 0 > /proc/sys/net/ipv6/conf/wire/accept_dad
  ip link set lo up; ip addr add "$2/24" dev wire; ip link set wire up
  ip route add default dev wire
  for try in $(seq 50); do ip -6 addr show dev wire | grep -q fe80 && break; sleep 0.1; done
  exec $1'

unshare --net sh -c 'echo > "$3/here"; read -r _ < "$3/joined"; '"$machine" near "$1" 10.9.0.1 \
  "$directory" >&2 &
near=$!
read -r _ < "$directory/here"
ip link add wire type veth peer name wire netns "$near"
echo > "$directory/joined"
rm -r "$directory"
sh -c "$machine" far "$2" 10.9.0.2
