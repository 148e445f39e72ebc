# cloud-init, read from its files: to start it would write its logs. Rows: version TEXT; disabled BY; unit STATE NAME;
# starts HOW; ds-identify LINE FILE; yaml LINE FILE (of what decides about a new instance); seed PATH; status, result JSON; instances KIB; user-data SIZE PATH; secret, unread PATH (of those: a line looks like a
# password, token or key; not readable).
part_cloud_init() {
    [ ! -e "$R/usr/bin/cloud-init" ] || row version ""
    cloud_switches
    set --
    for cloud_file in "$R"/usr/lib/python[23]*/*-packages/cloudinit/version.py "$R/etc/cloud/cloud.cfg" \
        "$R"/etc/cloud/cloud.cfg.d/*.cfg "$R/etc/cloud/ds-identify.cfg" "$R/run/cloud-init/status.json" "$R/run/cloud-init/result.json"; do
        [ -f "$cloud_file" ] || continue
        if [ -r "$cloud_file" ]; then set -- "$@" "$cloud_file"; else incomplete "only root may read ${cloud_file#"$R"}"; fi
    done
    [ $# = 0 ] || printf '%s\n' "$@" | cloud_lines
    cloud_user_data
}

# What lets it start at a boot. The word of the kernel line is read with that line.
cloud_switches() {
    [ ! -e "$R/etc/cloud/cloud-init.disabled" ] || row disabled /etc/cloud/cloud-init.disabled
    for cloud_unit in cloud-init-local cloud-init-main cloud-init-network cloud-init cloud-config cloud-final; do
        find_unit "$cloud_unit.service"
        case $unit_found in
        masked) row disabled "$cloud_unit.service is masked" ;;
        enabled) row unit enabled "$cloud_unit.service" ;;
        installed)
            for cloud_file in $unit_folders; do
                cloud_file=$R/$cloud_file/$cloud_unit.service
                [ -L "$cloud_file" ] || [ ! -f "$cloud_file" ] || row unit installed "$cloud_unit.service"
            done
            ;;
        esac
    done
    for cloud_file in etc run usr/local/lib usr/lib lib; do
        cloud_file=$R/$cloud_file/systemd/system-generators/cloud-init-generator
        if is_masked "$cloud_file"; then
            row disabled "its generator for systemd is masked"
        elif [ -x "$cloud_file" ]; then
            row starts generator
        fi
    done
    for cloud_file in "$R"/etc/systemd/system/*.target.wants/cloud-init.target \
        "$R"/usr/lib/systemd/system/*.target.wants/cloud-init.target "$R"/etc/systemd/system/multi-user.target.wants/cloud-*.service \
        "$R"/etc/runlevels/*/cloud-init "$R"/etc/rc[2-5S].d/S*cloud-init; do
        if [ -e "$cloud_file" ] || [ -L "$cloud_file" ]; then row starts "${cloud_file#"$R"}"; fi
    done
    is_masked "$R/etc/systemd/system/cloud-init.target" && row disabled "cloud-init.target is masked"
    for cloud_file in "$R"/var/lib/cloud/seed/*/*; do
        [ -f "$cloud_file" ] && row seed "${cloud_file#"$R"}"
    done
}

# The version, how the last boot went, and of the settings those that decide about a new instance, no others: these
# files may hold passwords.
cloud_lines() {
    awk "$mask_awk$yaml_awk"'
    # A key of the first level with all below it, if it is one that decides. Another form of the whole is not known.
    function setting(line) {
        if (line ~ /^[ \t\r]*(#|$)/ || line ~ /^(---|%YAML)/) return
        if (line ~ /^["\047]?[A-Za-z_][A-Za-z0-9_.-]*["\047]?[ \t]*:/) {
            outer = line
            gsub(/[ \t]*:.*|["\047]/, "", outer)
            yaml_start()
        } else if (outer == "" || (line !~ /^[- \t]/ && outer != "?")) {
            outer = "?"
            print "incomplete\tthe form of " file " is not known"
        }
        if (outer in top) yaml_line("yaml", line, file)
    }
    # Errors quote commands with their arguments, and what these printed: their first lines say enough. Masked string by
    # string, so that what is masked ends where the string does.
    function told(text,    count, pieces, i, out, tail) {
        gsub(/\\n([^"\\]|\\.)*/, "", text)
        count = split(text, pieces, "\"")
        for (i = 1; i <= count; i++) {
            tail = (pieces[i] ~ /\\$/) ? "\\" : ""
            out = out (i > 1 ? "\"" : "") after_word(mask(substr(pieces[i], 1, length(pieces[i]) - length(tail)))) tail
        }
        return out
    }
    function after_word(text) {
        return hide(text, "(passw(or)?d|passphrase|secret|token|api_?key)[\047]?[ \t]*:[ \t]*[^] \t,{}[]+", ":", "")
    }
    function version(line) {
        if (line !~ /^(_PACKAGED_VERSION|__VERSION__) *=/ || index(line, "@@")) return
        sub(/^[^"\047]*["\047]/, "", line)
        sub(/["\047].*/, "", line)
        print "version\t" line
    }
    BEGIN {
        split("datasource_list network growpart disable_ec2_metadata disable_root manage_etc_hosts manage_resolv_conf manual_cache_clean " \
            "preserve_hostname resize_rootfs ssh_deletekeys ssh_genkeytypes ssh_pwauth ssh_quiet_keygen", words, " ")
        for (i in words) top[words[i]] = 1
    }
    {
        path = $0
        file = substr(path, length(ENVIRON["R"]) + 1)
        outer = text = ""
        while ((getline line < path) > 0) {
            if (file ~ /\.py$/) version(line)
            else if (file ~ /\.json$/) { if (length(text) < 30000) text = text " " line }
            else if (file ~ /ds-identify/) { if (line !~ /^[ \t\r]*(#|$)/) print "ds-identify\t" line "\t" file }
            else setting(line)
        }
        close(path)
        gsub(/\t/, " ", text)
        if (text != "") print (file ~ /status/ ? "status" : "result") "\t" told(text)
    }'
}

# What was given at launch: its size, and whether a line of it looks like a secret. Never a line of it.
cloud_user_data() {
    # What cloud-init itself goes by, whatever its settings say now.
    cloud_kept=/var/lib/cloud/instance/manual-clean
    [ ! -e "$R$cloud_kept" ] || row yaml 'manual_cache_clean: true' "$cloud_kept"
    [ -d "$R/var/lib/cloud/instances" ] || return
    # In a deep check the temporary instance has its own folder by now, of which the disk knew nothing.
    set --
    for cloud_file in "$R"/var/lib/cloud/instances/*; do
        [ ! -e "$cloud_file" ] || [ "${cloud_file##*/}" = "${INSTANCE_ID-}" ] || set -- "$@" "$cloud_file"
    done
    if [ $# != 0 ]; then
        cloud_size=$(within 4 du -skcx "$@" | tail -n 1)
        cloud_size=${cloud_size%%"$TAB"*}
        [ -z "$cloud_size" ] || row instances "$cloud_size"
    fi
    is_root || incomplete "only root may read all of /var/lib/cloud"
    set --
    for cloud_file in "$R"/var/lib/cloud/instances/*/user-data.txt "$R"/var/lib/cloud/instances/*/user-data.txt.i \
        "$R"/var/lib/cloud/instances/*/cloud-config.txt "$R"/var/lib/cloud/instances/*/vendor-data*.txt \
        "$R"/var/lib/cloud/instances/*/scripts/* "$R"/var/lib/cloud/seed/*/*; do
        [ -f "$cloud_file" ] && [ -s "$cloud_file" ] && [ $# -lt 200 ] || continue
        set -- "$@" "$cloud_file"
        [ -r "$cloud_file" ] || row unread "${cloud_file#"$R"}"
    done
    [ $# != 0 ] || return
    stat -c "user-data$TAB%s$TAB%n" -- "$@" | without_root
    within 4 grep -alsiE -e 'PRIVATE KEY-----' -e '(^|[^a-z_])(passw(or)?d|passphrase|plain_text_passwd|hashed_passwd|[a-z_]*(_password|secret|token)|[a-z_]*api_?key|[a-z_]*access_?key)["'\'']?[[:space:]]*[:=][[:space:]]*["'\'']?[^[:space:]"'\'']' -e '^[[:space:]]*(-[[:space:]]+)?[a-z0-9_.-]+:\$[1-9y][a-z]?\$' -- "$@" | prefixed secret | without_root
}
