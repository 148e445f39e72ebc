# cloud-init, read from its files: to start it would write its logs. Rows: version TEXT; disabled BY; setting KEY VALUE
# FILE; status, result JSON; instances KIB; user-data SIZE PATH; secret, unread PATH (of those: a line looks like a
# password, token or key; not readable).
part_cloud_init() {
    [ ! -e "$R/usr/bin/cloud-init" ] || row version ""
    cloud_switches
    set --
    for cloud_file in "$R"/usr/lib/python[23]*/*-packages/cloudinit/version.py "$R/etc/cloud/cloud.cfg" \
        "$R"/etc/cloud/cloud.cfg.d/*.cfg "$R/run/cloud-init/status.json" "$R/run/cloud-init/result.json"; do
        [ -f "$cloud_file" ] || continue
        if [ -r "$cloud_file" ]; then set -- "$@" "$cloud_file"; else incomplete "only root may read ${cloud_file#"$R"}"; fi
    done
    [ $# = 0 ] || printf '%s\n' "$@" | cloud_lines
    cloud_user_data
}

cloud_switches() {
    [ ! -e "$R/etc/cloud/cloud-init.disabled" ] || row disabled /etc/cloud/cloud-init.disabled
    for cloud_unit in cloud-init-local cloud-init-main cloud-init-network cloud-init cloud-config cloud-final; do
        ! is_masked "$R/etc/systemd/system/$cloud_unit.service" || row disabled "$cloud_unit.service is masked"
    done
    case " $(first_line "$R/proc/cmdline") " in
    *' cloud-init=disabled '*) row disabled "cloud-init=disabled on the kernel line" ;;
    esac
    case " $(first_line "$R/proc/cmdline") " in
    *' network-config=disabled '*) row setting network.config disabled "the kernel line" ;;
    esac
}

# The version, how the last boot went, and of the settings those that decide about a new instance, no others: these
# files may hold passwords.
cloud_lines() {
    awk "$mask_awk"'
    function plain(text) {
        sub(/[ \t]+#.*$/, "", text)
        sub(/^[ \t]+/, "", text)
        sub(/[ \t\r]+$/, "", text)
        gsub(/\t/, " ", text)
        return text
    }
    function after_colon(text) {
        sub(/^[^:]*:/, "", text)
        return text
    }
    function put(key, value) {
        value = plain(value)
        if (value != "") print "setting\t" key "\t" value "\t" file
    }
    function flush_list() {
        if (list != "") put(list_key, "[" list "]")
        list = list_key = ""
    }
    function setting(line,    key, value) {
        if (line ~ /^[ \t]*(#|$)/) return
        if (line ~ /^[^ \t-]/) {
            flush_list()
            key = outer = line
            sub(/[ \t]*:.*/, "", key)
            outer = key
            value = after_colon(line)
            if (key in top) {
                put(key, value)
                if (plain(value) == "") list_key = key
            }
            if (key == "network" && value ~ /config[ \t]*:[ \t]*["]?disabled/) put("network.config", "disabled")
            if (key == "network" && value ~ /config[ \t]*:[ \t]*\{/) put("network.config", "given")
        } else if (list_key != "" && line ~ /^[ \t]*- /) {
            sub(/^[ \t]*-/, "", line)
            list = list (list == "" ? "" : ", ") plain(line)
        } else if (outer == "network" && line ~ /^[ \t]+config[ \t]*:/) {
            put("network.config", plain(after_colon(line)) ~ /^["]?disabled/ ? "disabled" : "given")
            outer = ""
        } else if (outer == "growpart" && line ~ /^[ \t]+mode[ \t]*:/) {
            put("growpart.mode", after_colon(line))
        }
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
        split("datasource_list disable_ec2_metadata disable_root manage_etc_hosts manage_resolv_conf manual_cache_clean " \
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
            else setting(line)
        }
        flush_list()
        close(path)
        gsub(/\t/, " ", text)
        if (text != "") print (file ~ /status/ ? "status" : "result") "\t" told(text)
    }'
}

# What was given at launch: its size, and whether a line of it looks like a secret. Never a line of it.
cloud_user_data() {
    [ -d "$R/var/lib/cloud/instances" ] || return
    cloud_size=$(within 4 du -skx "$R/var/lib/cloud/instances")
    cloud_size=${cloud_size%%"$TAB"*}
    [ -z "$cloud_size" ] || row instances "$cloud_size"
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
