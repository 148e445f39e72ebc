# Names by which one machine is known: only those go that something makes again.

walk_host_keys() {
    if makes_host_keys; then below /etc/ssh -name 'ssh_host_*' ! -type d; fi
}

# makes_host_keys: whether cloud-init or a service of the system makes keys where there are none.
makes_host_keys() {
    for keys_unit in "$R"/usr/lib/systemd/system/sshd-keygen*.service "$R"/lib/systemd/system/sshd-keygen*.service; do
        [ ! -f "$keys_unit" ] || return 0
    done
    [ -x "$R/usr/bin/cloud-init" ] && [ ! -e "$R/etc/cloud/cloud-init.disabled" ] || return 1
    set -- "$R/etc/cloud/cloud.cfg"
    for keys_config in "$R"/etc/cloud/cloud.cfg.d/*.cfg; do
        set -- "$@" "$keys_config"
    done
    texts "$@" | grep -q -E '^[[:space:]]*-[[:space:]]*\[?[[:space:]]*["'"'"']?ssh["'"'"']?[[:space:]]*([],]|$)' &&
        ! texts "$@" | grep -q -E '^[[:space:]]*ssh_genkeytypes:[[:space:]]*(\[[[:space:]]*\]|~|null)[[:space:]]*$'
}

walk_identities() {
    file /etc/nvme/hostid /etc/nvme/hostnqn /etc/hostid /etc/docker/key.json /var/lib/docker/engine-id \
        /var/lib/mysql/auto.cnf /var/lib/netdata/registry/netdata.public.unique.id /var/lib/whoopsie/whoopsie-id \
        /var/lib/rabbitmq/.erlang.cookie /var/lib/ejabberd/.erlang.cookie /var/lib/couchdb/.erlang.cookie \
        /var/lib/rstudio-server/secure-cookie-key /var/lib/systemd/random-seed \
        /var/lib/urandom/random-seed /var/lib/random-seed /boot/efi/loader/random-seed /boot/loader/random-seed \
        /efi/loader/random-seed
    below /var/lib/netdata/cloud.d -type f
    below /var/lib/snapd/device -type f
    below /var/lib/snapd/assertions/asserts-v0/serial
    edit /var/lib/snapd/state.json without_serial
    if [ -z "$(ls -A "$R/etc/credstore.encrypted" 2>/dev/null)" ]; then file /var/lib/systemd/credential.secret; fi
    initiator
    edit /etc/popularity-contest.conf sed 's/^MY_HOSTID=.*//'
    edit /etc/sysconfig/network sed 's/^[[:space:]]*HOSTNAME=.*//'
    edit /etc/machine-info sed 's/^PRETTY_HOSTNAME=.*//'
    edit /etc/postfix/main.cf own_mail_name
    for identities_name in /etc/exim4/update-exim4.conf.conf /etc/ssmtp/ssmtp.conf; do
        edit "$identities_name" without_names
    done
    for identities_name in /etc/hostname /etc/mailname /etc/nullmailer/me /etc/nullmailer/defaulthost; do
        [ ! -s "$R$identities_name" ] || edit "$identities_name" awk 'NR == 1 { print "localhost" }'
    done
}

# without_serial: of snapd, who it is and as whom people have logged in; without a serial it asks for a new one. The first
# device in its state is this one.
without_serial() {
    awk '{
        users = index($0, "\"users\":[")
        at = index($0, "\"device\":{")
        if (users && users < at) $0 = substr($0, 1, users + 7) "null," substr($0, at)
        at = index($0, "\"device\":{") + 9
        if (at > 9) {
            end = at + index(substr($0, at), "}") - 1
            device = substr($0, at, end - at)
            gsub(/,?"(serial|key-id|session-macaroon)":"[^"]*"/, "", device)
            sub(/^[{],/, "{", device)
            $0 = substr($0, 1, at - 1) device substr($0, end)
            sub(/,"macaroon-key":"[^"]*"/, "")
        }
        print
    }'
}

# initiator: the name of iSCSI goes where the system makes one.
initiator() {
    if texts "$R/etc/iscsi/initiatorname.iscsi" | grep -q GenerateName; then return 0; fi
    for initiator_unit in "$R"/usr/lib/systemd/system/iscsi-init.service "$R"/lib/systemd/system/iscsi-init.service; do
        [ ! -f "$initiator_unit" ] || file /etc/iscsi/initiatorname.iscsi
    done
    if [ -x "$R/lib/open-iscsi/startup-checks.sh" ]; then
        edit /etc/iscsi/initiatorname.iscsi awk '/^InitiatorName=/ { print "GenerateName=yes"; next } { print }'
    fi
}

# Never removed: without the file a root that is mounted read-only first has no network.
walk_machine_id() {
    at_places link_dbus_id /var/lib/dbus/machine-id
    if [ ! -f "$R/etc/machine-id" ] || [ -L "$R/etc/machine-id" ]; then
        one /etc/machine-id || return 0
        { rm -f "$R/etc/machine-id" && (umask 222 && : >"$R/etc/machine-id"); } 2>/dev/null
    else
        emptied /etc/machine-id
    fi
}
link_dbus_id() {
    if [ -L "$1" ] || [ -d "$1" ]; then return 0; fi
    one "$1" || return 0
    rm -f "$1" 2>/dev/null || { loosen "$1"; rm -f "$1"; }
    ln -s /etc/machine-id "$1"
}

# What cloud-init keeps of an instance; scripts for each boot are people's own.
walk_cloud_init() {
    file /var/lib/cloud/instance /etc/sudoers.d/90-cloud-init-users
    for cloud_each in instances data sem handlers seed scripts/vendor; do
        below "/var/lib/cloud/$cloud_each"
    done
    edit /etc/fstab sed 's/^[^#].*comment=cloudconfig.*//'
}
