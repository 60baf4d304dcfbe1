# Starts Docker and Podman in the mount and network namespaces that it runs in; `cargo xtask bench containers` runs it as well.
#
# Storage, sockets and logs are in memory. Where this machine does not let a container raise a limit of resources, Podman's usual ones are
# lowered. Each engine has a process namespace, so that everything in it ends with its first process, and that with the shell. Docker also
# listens on a port of loopback over TLS, with certificates made here.
mount -t tmpfs none /var/lib; mount -t tmpfs none /var/cache; mount -t tmpfs none /run
mkdir -p /run/podman /run/log /run/netns /run/image/bin /var/lib/containers
printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n' > /run/containers.conf
# A machine that cannot give CAP_SYS_RESOURCE starts no privileged container; there, those of the tests do without it. Nobody who measures wants this.
bounding=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)
docker_runtime=
if [ $((0x$bounding >> 24 & 1)) = 0 ] && [ -z "${ENGINES_AS_THEY_ARE:-}" ]; then
    cat > /run/lesser-runc << 'END'
#!/bin/sh
for word; do
    [ "$last" != --bundle ] || sed -i 's/"CAP_SYS_RESOURCE",//g; s/,"CAP_SYS_RESOURCE"//g' "$word/config.json"
    last=$word
done
exec runc "$@"
END
    chmod 755 /run/lesser-runc
    docker_runtime='--add-runtime lesser=/run/lesser-runc --default-runtime lesser'
    printf '[engine.runtimes]\nrunc = ["/run/lesser-runc"]\n' >> /run/containers.conf
fi
within="setpriv --pdeathsig KILL unshare --pid --fork --kill-child --mount-proc"
mkdir /run/tls
(
    cd /run/tls
    exec > /run/log/openssl 2>&1
    key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
    sign() { openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -out "$1.pem" -extfile "$1.ext"; }
    key ca-key.pem; openssl req -x509 -new -key ca-key.pem -days 2 -subj /CN=ca -out ca.pem
    for name in server cert; do
        key $name-key.pem; openssl req -new -key $name-key.pem -subj /CN=$name -out $name.csr
    done
    echo 'subjectAltName=IP:127.0.0.1' > server.ext; echo 'extendedKeyUsage=clientAuth' > cert.ext
    sign server; sign cert; mv cert-key.pem key.pem
)
$within dockerd -H unix:///run/docker.sock -H tcp://127.0.0.1:2376 --tlsverify --tlscacert /run/tls/ca.pem \
    --tlscert /run/tls/server.pem --tlskey /run/tls/server-key.pem $docker_runtime > /run/log/dockerd 2>&1 &
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
