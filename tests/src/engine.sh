# Starts Docker and Podman in the mount and network namespaces that it runs in; `cargo xtask bench containers` runs it as well.
#
# Storage, sockets and logs are in memory. Where this machine does not let a container raise a limit of resources, Podman's usual ones are
# lowered. Each engine has a process namespace, so that everything in it ends with its first process, and that with the shell.
mount -t tmpfs none /var/lib; mount -t tmpfs none /var/cache; mount -t tmpfs none /run
mkdir -p /run/podman /run/log /run/netns /run/image/bin /var/lib/containers
printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n' > /run/containers.conf
within="setpriv --pdeathsig KILL unshare --pid --fork --kill-child --mount-proc"
$within dockerd > /run/log/dockerd 2>&1 &
CONTAINERS_CONF=/run/containers.conf $within podman system service -t 0 unix:///run/podman/podman.sock > /run/log/podman 2>&1 &
cp "$(command -v busybox)" /run/image/bin/busybox
for name in sh sleep httpd cat ls true wget chroot; do ln -s busybox /run/image/bin/$name; done
mkdir -p /run/image/etc /run/image/www; echo shop > /run/image/etc/marker; echo hello > /run/image/www/index.html
tar -C /run/image -cf /run/image.tar .
# One that has a program and no shell.
mkdir -p /run/bare/bin; cp /run/image/bin/busybox /run/bare/bin/sleep; tar -C /run/bare -cf /run/bare.tar .
tries=0
until docker -H unix:///run/docker.sock version > /dev/null 2>&1 && [ -S /run/podman/podman.sock ]; do
    tries=$((tries + 1)); [ $tries -lt 300 ] || exit 1; sleep 0.1
done
for image in image:shop bare:bare; do
    docker -H unix:///run/docker.sock import "/run/${image%:*}.tar" "${image#*:}" > /dev/null
    podman --remote --url unix:///run/podman/podman.sock import "/run/${image%:*}.tar" "${image#*:}" > /dev/null 2>&1
done
