# cloud-init, read from its files: to start it would write its logs. Rows: version TEXT; disabled BY; setting KEY VALUE
# FILE; status, result JSON; instances KIB; user-data SIZE SECRET PATH (SECRET: yes, no, unread).
part_cloud_init() {
    for cloud_file in "$R"/usr/lib/python3*/*-packages/cloudinit/version.py \
        "$R"/usr/lib/python2*/*-packages/cloudinit/version.py; do
        [ -r "$cloud_file" ] || continue
        cloud_version=$(sed -n 's/^_PACKAGED_VERSION *= *["'\'']\([^"'\'']*\).*/\1/p' "$cloud_file" | grep -v '@@')
        [ -n "$cloud_version" ] || cloud_version=$(sed -n 's/^__VERSION__ *= *["'\'']\([^"'\'']*\).*/\1/p' "$cloud_file")
        row version "$cloud_version"
        break
    done
    [ -n "$cloud_version" ] || [ ! -e "$R/usr/bin/cloud-init" ] || row version ""
    cloud_switches
    for cloud_file in "$R/etc/cloud/cloud.cfg" "$R"/etc/cloud/cloud.cfg.d/*.cfg; do
        [ -e "$cloud_file" ] || continue
        if [ -r "$cloud_file" ]; then cloud_settings "$cloud_file"; else incomplete "only root may read ${cloud_file#"$R"}"; fi
    done
    for cloud_word in status result; do
        [ -r "$R/run/cloud-init/$cloud_word.json" ] || continue
        row "$cloud_word" "$(head -c 30000 "$R/run/cloud-init/$cloud_word.json" | tr -d '\000' | awk "$mask_awk"'{ print mask($0) }')"
    done
    cloud_user_data
}

cloud_switches() {
    [ ! -e "$R/etc/cloud/cloud-init.disabled" ] || row disabled /etc/cloud/cloud-init.disabled
    for cloud_unit in cloud-init-local cloud-init-main cloud-init-network cloud-init cloud-config cloud-final; do
        [ "$(unit_state "$cloud_unit.service")" != masked ] || row disabled "$cloud_unit.service is masked"
    done
    tr ' ' '\n' <"$R/proc/cmdline" | while IFS= read -r cloud_word; do
        case $cloud_word in
        cloud-init=disabled) row disabled "cloud-init=disabled on the kernel line" ;;
        network-config=disabled) row setting network.config disabled "the kernel line" ;;
        esac
    done
}

# The settings that decide about a child, and no other: these files may hold passwords.
cloud_settings() {
    cloud_name=${1#"$R"}
    export cloud_name
    awk '
    function plain(text) {
        sub(/[ \t]+#.*$/, "", text)
        sub(/^[ \t]+/, "", text)
        sub(/[ \t\r]+$/, "", text)
        gsub(/\t/, " ", text)
        return text
    }
    function put(key, value) {
        value = plain(value)
        if (value != "") print "setting\t" key "\t" value "\t" ENVIRON["cloud_name"]
    }
    function flush_list() { if (list != "") put(list_key, "[" list "]"); list = "" }
    BEGIN {
        split("datasource_list disable_ec2_metadata disable_root manage_etc_hosts manage_resolv_conf manual_cache_clean " \
            "preserve_hostname resize_rootfs ssh_deletekeys ssh_genkeytypes ssh_pwauth ssh_quiet_keygen", words, " ")
        for (i in words) top[words[i]] = 1
    }
    /^[ \t]*(#|$)/ { next }
    /^[^ \t-]/ {
        flush_list()
        key = $0
        sub(/[ \t]*:.*/, "", key)
        value = $0
        sub(/^[^:]*:/, "", value)
        outer = key
        if (key in top) put(key, value)
        if (key in top && plain(value) == "") list_key = key; else list_key = ""
        if (key == "network" && value ~ /config[ \t]*:[ \t]*["]?disabled/) put("network.config", "disabled")
        if (key == "network" && value ~ /config[ \t]*:[ \t]*\{/) put("network.config", "given")
        next
    }
    list_key != "" && /^[ \t]*- / {
        value = $0
        sub(/^[ \t]*-/, "", value)
        list = list (list == "" ? "" : ", ") plain(value)
        next
    }
    outer == "network" && /^[ \t]+config[ \t]*:/ {
        value = $0
        sub(/^[^:]*:/, "", value)
        put("network.config", plain(value) == "disabled" ? "disabled" : "given")
        outer = ""
    }
    outer == "growpart" && /^[ \t]+mode[ \t]*:/ { value = $0; sub(/^[^:]*:/, "", value); put("growpart.mode", value) }
    END { flush_list() }
    ' "$1"
}

# What was given at launch: its size, and whether a line of it looks like a secret. Never a line of it.
cloud_user_data() {
    [ -d "$R/var/lib/cloud/instances" ] || return
    cloud_size=$(within 4 du -skx "$R/var/lib/cloud/instances" | cut -f 1)
    [ -z "$cloud_size" ] || row instances "$cloud_size"
    is_root || incomplete "only root may look into all of /var/lib/cloud"
    for cloud_file in "$R"/var/lib/cloud/instances/*/user-data.txt "$R"/var/lib/cloud/instances/*/user-data.txt.i \
        "$R"/var/lib/cloud/instances/*/cloud-config.txt "$R"/var/lib/cloud/instances/*/vendor-data*.txt \
        "$R"/var/lib/cloud/instances/*/scripts/* "$R"/var/lib/cloud/seed/*/*; do
        [ -f "$cloud_file" ] && [ -s "$cloud_file" ] || continue
        cloud_secret=unread
        [ ! -r "$cloud_file" ] || cloud_secret=$(cloud_looks_secret "$cloud_file")
        row user-data "$(stat -c %s "$cloud_file")" "$cloud_secret" "${cloud_file#"$R"}"
    done | head -n 200
}

cloud_looks_secret() {
    if head -c 2 "$1" | od -An -tx1 | grep -q '1f 8b'; then
        within 2 gzip -dc "$1" | head -c 1000000
    else
        head -c 1000000 "$1"
    fi | if grep -aqiE -e 'PRIVATE KEY-----' -e '(^|[^a-z_])(passw(or)?d|passphrase|plain_text_passwd|hashed_passwd|[a-z_]*(_password|secret|token)|[a-z_]*api_?key|[a-z_]*access_?key)["'\'']?[[:space:]]*[:=][[:space:]]*["'\'']?[^[:space:]"'\'']' -e '^[[:space:]]*(-[[:space:]]+)?[a-z0-9_.-]+:\$[1-9y][a-z]?\$'; then
        echo yes
    else
        echo no
    fi
}
