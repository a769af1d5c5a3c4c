#!/bin/bash
# Brings the instance to where it should be, at every boot: packages, the deployment's files, then
# boot.py. It may be killed at any point; what is done already is found and left alone.
set -euo pipefail
umask 022
exec > >(tee -a /var/log/mlflow-stacks-boot.log) 2>&1
echo "mlflow-stacks: start, $(date --utc +%FT%TZ)"

settings=/etc/mlflow-stacks.json
files=/opt/mlflow-stacks

# Docker must find its data on the data volume, or not start at all: with an empty folder it would
# make everything anew on the root disk. No later package may start it earlier either.
drop_in=/etc/systemd/system/docker.service.d/mlflow-stacks.conf
mkdir -p "$(dirname $drop_in)"
cat > $drop_in.partial <<- END
	[Unit]
	RequiresMountsFor=/data
	ConditionPathIsMountPoint=/data

	[Service]
	ExecStartPre=/usr/bin/python3 $files/boot/firewall.py
END
mv $drop_in.partial $drop_in
systemctl daemon-reload

apt=(apt-get --quiet --yes -o DPkg::Lock::Timeout=600 -o Acquire::Retries=5)
export DEBIAN_FRONTEND=noninteractive

has_packages() {
	docker compose version && python3 -c "import boto3" &&
		command -v mkfs.ext4 && command -v iptables
} > /dev/null 2>&1

# Ubuntu and Debian cut Docker into packages of different names.
known() { for name; do apt-cache show "$name" > /dev/null 2>&1 && echo "$name"; done || true; }

if ! has_packages; then
	dpkg --configure --pending
	"${apt[@]}" update
	compose=$(known docker-compose-v2 docker-compose | head -n 1)
	"${apt[@]}" install --no-install-recommends ca-certificates docker.io "$compose" \
		$(known docker-cli docker-buildx) e2fsprogs iptables python3-boto3
fi

fetched() { [[ $(cat $files/hash 2> /dev/null) == "$(python3 -c "
import json
print(json.load(open('$settings'))['hash'])")" ]]; }

if ! fetched; then
	rm -rf $files.partial
	python3 - $settings $files.partial <<- 'END'
		import hashlib, json, pathlib, sys
		import boto3

		settings, folder = json.load(open(sys.argv[1])), pathlib.Path(sys.argv[2])
		s3 = boto3.client("s3", region_name=settings["region"])
		total = hashlib.sha256()
		for path in sorted(settings["paths"]):
		    key = f"{settings['hash']}/{path}"
		    content = s3.get_object(Bucket=settings["bucket"], Key=key)["Body"].read()
		    total.update(path.encode() + b"\0" + content + b"\0")
		    target = folder / path
		    target.parent.mkdir(parents=True, exist_ok=True)
		    target.write_bytes(content)
		# What root runs is what the user data says, whoever wrote to the bucket.
		if total.hexdigest() != settings["hash"]:
		    sys.exit("mlflow-stacks: the files in the bucket are not those that were deployed")
		(folder / "hash").write_text(settings["hash"])
	END
	rm -rf $files
	mv $files.partial $files
fi

exec python3 $files/boot/boot.py $settings
