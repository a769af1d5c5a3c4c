#!/bin/bash
# A machine of its own, as far as Docker and ssh can tell: processes, mounts and network are apart
# from those of the machine it is on. It has a Docker engine, an sshd, and before it, on loopback,
# a jump host. It is on until its standard input ends, so nothing is left of tests that were killed.
#
# Started as the first process of a process, mount and name (UTS) namespace, with these variables:
#   RUN      directory for sockets, settings and logs; emptied
#   DATA     directory of the engine's images, kept
#   HIDDEN   directories, one a line, that this machine must not see
#   CLIENT   public key that may log in
#   JUMP     port of the jump host on 127.0.0.1
#
# It prints "ready ADDRESS", then reads commands, one a line, and answers each with "done".
set -euo pipefail

link=mlstack-h2 peer=mlstack-h2-in chain=MLSTACK-H2
socket=unix://$RUN/docker.sock

# Not a function: what is started with it in the background shall be the shell's own child.
inside=(nsenter "--net=$RUN/net" --)

# until_true SECONDS COMMAND...
until_true() {
	local tries=$(($1 * 10))
	shift
	until "$@" > /dev/null 2>&1; do
		((tries-- > 0)) || return 1
		sleep 0.1
	done
}

undo_network() {
	iptables -w 10 -t nat -D POSTROUTING -j $chain
	iptables -w 10 -D FORWARD -j $chain
	for table in nat filter; do
		iptables -w 10 -t $table -F $chain
		iptables -w 10 -t $table -X $chain
	done
	ip link delete $link
} 2> /dev/null

# The first /24 of 10.213.0.0/16 that this machine has no way to yet.
free_network() {
	local third
	for third in {0..255}; do
		if [[ -z $(ip -4 route show to match "10.213.$third.1" | grep -v ^default) ]]; then
			echo "10.213.$third"
			return
		fi
	done
	return 1
}

make_network() {
	touch "$RUN/net"
	unshare --net="$RUN/net" true
	ip link add $link type veth peer name $peer netns "$RUN/net"
	ip address add "$net.1/24" dev $link
	ip link set $link up
	"${inside[@]}" ip link set lo up
	"${inside[@]}" ip address add "$address/24" dev $peer
	"${inside[@]}" ip link set $peer up
	"${inside[@]}" ip route add default via "$net.1"
	# The way out, for builds; the engine of the outer machine lets nothing through by default.
	iptables -w 10 -t nat -N $chain
	iptables -w 10 -t nat -A $chain -s "$net.0/24" ! -o $link -j MASQUERADE
	iptables -w 10 -t nat -I POSTROUTING -j $chain
	iptables -w 10 -N $chain
	iptables -w 10 -A $chain -i $link -j ACCEPT
	iptables -w 10 -A $chain -o $link -j ACCEPT
	iptables -w 10 -I FORWARD -j $chain
}

# sshd_config NAME LINE...: what differs between the two; the rest is as Debian delivers it.
sshd_config() {
	printf '%s\n' "${@:2}" "HostKey $RUN/host_key" "AuthorizedKeysFile $RUN/authorized_keys" \
		"PidFile $RUN/$1.pid" "PermitRootLogin yes" "PasswordAuthentication no" \
		"KbdInteractiveAuthentication no" "StrictModes no" "UsePAM no" "LogLevel VERBOSE" \
		"Subsystem sftp internal-sftp" \
		> "$RUN/$1.conf"
}

start_ssh() {
	mkdir -p /run/sshd
	ssh-keygen -q -t ed25519 -N "" -C second-host -f "$RUN/host_key"
	echo "$CLIENT" > "$RUN/authorized_keys"
	sshd_config sshd "ListenAddress $address:22" "SetEnv DOCKER_HOST=$socket"
	sshd_config jump "ListenAddress 127.0.0.1:$JUMP" "PermitOpen $address:22" \
		"PermitTTY no" "ForceCommand /bin/false"
	"${inside[@]}" /usr/sbin/sshd -D -f "$RUN/sshd.conf" -E "$RUN/sshd.log" &
	sshd=$!
	/usr/sbin/sshd -D -f "$RUN/jump.conf" -E "$RUN/jump.log" &
	until_true 10 bash -c "exec 3<> /dev/tcp/$address/22"
	until_true 10 bash -c "exec 3<> /dev/tcp/127.0.0.1/$JUMP"
}

start_engine() {
	"${inside[@]}" dockerd --data-root "$DATA" --exec-root "$RUN/exec" --pidfile "$RUN/dockerd.pid" \
		--host "$socket" > "$RUN/dockerd.log" 2>&1 &
	engine=$!
	until_true 60 docker --host "$socket" info --format '{{.ID}}'
}

# Containers, volumes and networks; images stay.
clear_engine() {
	local containers volumes
	containers=$(docker --host "$socket" ps --all --quiet)
	[[ -z $containers ]] || docker --host "$socket" rm --force --volumes $containers
	volumes=$(docker --host "$socket" volume ls --quiet)
	[[ -z $volumes ]] || docker --host "$socket" volume rm --force $volumes
	docker --host "$socket" network prune --force
}

end_sessions() {
	local pid
	((sshd > 0)) || return 0
	for pid in $(ps -o pid= --ppid "$sshd"); do kill -KILL "$pid" 2> /dev/null || true; done
}

# ssh_packets TARGET...
ssh_packets() {
	"${inside[@]}" iptables -w 10 -F INPUT
	"${inside[@]}" iptables -w 10 -A INPUT -p tcp --dport 22 -j "$@"
}

power_off() {
	set +e
	# Told while there is a way yet: what keeps connections for later would take them for good ones.
	ssh_packets ACCEPT
	end_sessions
	export -f clear_engine
	socket=$socket timeout 60 bash -c clear_engine
	((engine > 0)) && kill -TERM "$engine" && until_true 20 bash -c "! kill -0 $engine"
	undo_network
	# Of a machine that did not come on, the logs are wanted.
	[[ -z $on ]] || { umount "$RUN/net" && rm -rf "${RUN:?}"/*; }
} > /dev/null 2>&1

hostname second-host
while read -r directory; do
	# A repository below the temporary folder is hidden with that.
	[[ ! -d $directory ]] || mount -t tmpfs hidden "$directory"
done <<< "$HIDDEN"
# An engine that finds a containerd in its usual place would use that one, of the outer machine.
[[ ! -d /run/containerd ]] || mount -t tmpfs hidden /run/containerd

rm -rf "${RUN:?}"/*
undo_network || true
net=$(free_network)
address=$net.2
make_network
engine=0 sshd=0 on=
trap power_off EXIT
start_engine
clear_engine > /dev/null
start_ssh
on=yes
echo "ready $address"

while read -r command; do
	case $command in
		cut) end_sessions ;;
		refuse) ssh_packets REJECT --reject-with tcp-reset && end_sessions ;;
		silence) ssh_packets DROP ;;
		answer) ssh_packets ACCEPT ;;
	esac > /dev/null
	echo "done"
done
