# part_packages: what is installed, what of it is not free, what was added after the first boot, and from where.
# Rows: manager NAME; count N; names NAME...; nonfree NAME VERSION ORIGIN; zone +HHMM; added_at SECONDS NAME VERSION;
# added_on LOCAL-TIME NAME VERSION; repository FILE NAME.
part_packages() {
    find_first_boot
    if dpkg_here; then
        row manager dpkg
        packages=$(debs)
        tell_packages "$packages" '(^|/)(non-free|non-free-firmware|restricted|multiverse|partner)(/|$)'
        tell_added_debs
        apt_repositories
    elif rpm_here; then
        row manager rpm
        packages=$(rpms)
        tell_packages "$packages" '([Cc]ommercial|[Pp]roprietary|PROPRIETARY|COMMERCIAL|EULA|[Nn]on-?[Ff]ree)'
        tell_added_rpms
        yum_repositories
    else
        unknown "neither dpkg nor rpm can be asked here"
    fi
}

# tell_packages LIST NONFREE: their number, names, and those whose third column fits.
tell_packages() {
    if [ -z "$1" ]; then
        unknown "the list of packages could not be read"
        return
    fi
    printf '%s\n' "$1" | awk -F '\t' -v nonfree="$2" '
    {
        names = names " " $1
        if (++count % 100 == 0) { print "names\t" substr(names, 2); names = "" }
        if ($3 ~ nonfree) print "nonfree\t" $1 "\t" $2 "\t" $3
    }
    END {
        if (names != "") print "names\t" substr(names, 2)
        print "count\t" count + 0
    }'
}

# tell_added_debs: what was installed by name after the first boot, by the logs of dpkg and apt, and is still there.
tell_added_debs() {
    if [ -z "$born" ]; then
        incomplete "when the machine was first booted cannot be told, so neither what was added since"
        return
    fi
    set -- "$R"/var/log/dpkg.log "$R"/var/log/dpkg.log.[0-9]* "$R"/var/log/apt/history.log "$R"/var/log/apt/history.log.[0-9]*
    for each; do
        shift
        [ ! -r "$each" ] || set -- "$@" "$each"
    done
    if [ $# = 0 ] && nothing_newer; then
        return
    elif [ $# = 0 ]; then
        incomplete "the logs that tell what was installed after the first boot are gone, or not readable"
        return
    fi
    row zone "$(date +%z)"
    since=$(date -d "@$born" '+%Y-%m-%d %H:%M:%S')
    {
        printf '%s\n' "$packages"
        echo "= logs"
        within 5 zcat -f "$@"
    } | awk -v since="$since" -v states="$R/var/lib/apt/extended_states" '
    $0 == "= logs" { logs = 1; next }
    !logs { if (split($0, word, "\t") > 1) version[word[1]] = word[2]; next }
    function installed(when, package) {
        sub(/:.*/, "", package)
        if (when > since && (!(package in at) || when < at[package])) at[package] = when
    }
    $3 == "install" && $1 ~ /^[0-9]+-[0-9]+-[0-9]+$/ { installed($1 " " $2, $4); next }
    $1 == "Start-Date:" { started = $2 " " $3; next }
    $1 == "Install:" {
        count = split($0, piece, /\), |\)$/)
        for (i = 1; i <= count; i++) {
            sub(/^Install: /, "", piece[i])
            if (piece[i] !~ /, automatic$/) { sub(/ .*/, "", piece[i]); if (piece[i] != "") installed(started, piece[i]) }
        }
    }
    END {
        while ((getline line < states) > 0) {
            split(line, word, " ")
            if (word[1] == "Package:") package = word[2]
            if (word[1] == "Auto-Installed:" && word[2] == 1) delete at[package]
        }
        for (package in at) if (package in version) print "added_on\t" at[package] "\t" package "\t" version[package]
    }' | sort -r | head -n 400
}

# nothing_newer: whether dpkg has written no list of files since the first boot, so that no log need tell of additions.
nothing_newer() {
    [ "$(find "$R/var/lib/dpkg/info" -name '*.list' -printf '%T@\n' | sort -n | tail -n 1 | cut -d . -f 1)" -le "$born" ]
}

# tell_added_rpms: what was installed after the first boot. An upgrade sets the time of installation, too, so the logs of
# yum and dnf, where they are, tell which were new (kernels always are: those of which an older one is there do not
# count); dnf also says when, so that what was upgraded since is still known for new; yum kept what others needed.
tell_added_rpms() {
    if [ -z "$born" ]; then
        incomplete "when the machine was first booted cannot be told, so neither what was added since"
        return
    fi
    {
        printf '%s\n' "$packages"
        since=$(date -d "@$born" '+%Y-%m-%dT%H:%M:%S')
        cat "$R"/var/log/dnf.rpm.log* | awk -v since="$since" '$3 == "Installed:" { print ($1 > since ? "= new " : "= before ") $4 }'
        sed -n 's/^.* Installed: \(.*\)$/= before \1/p' "$R"/var/log/yum.log*
        grep -l -x dep "$R"/var/lib/yum/yumdb/*/*/reason | sed -n 's:^.*/[0-9a-f]*-\([^/]*\)/reason$:= needed \1:p'
    } | awk -F '\t' -v born="$born" '
    function known(full) {
        sub(/^[0-9]+:/, "", full)
        sub(/[.-][a-z0-9_]+$/, "", full)
        return full
    }
    /^= new / { new[known(substr($0, 7))] = any = 1; next }
    /^= before / { logged[known(substr($0, 10))] = any = 1; next }
    /^= needed / { needed[known(substr($0, 10))] = 1; next }
    $4 > born + 0 { young[++count] = $0; next }
    { old[$1] = 1 }
    END {
        for (i = 1; i <= count; i++) {
            split(young[i], word, "\t")
            full = word[1] "-" word[2]
            if (!(word[1] in old) && !(full in needed) && (!any || full in logged || full in new || earlier(word[1])))
                print "added_at\t" word[4] "\t" word[1] "\t" word[2]
        }
        if (!any && count) print "incomplete\tno log tells additions from upgrades: all packages younger than the first boot count"
    }
    function earlier(name,    each) {
        for (each in new)
            if (index(each, name "-") == 1 && substr(each, length(name) + 2) ~ /^([0-9]+:)?[0-9][^-]*-[^-]*$/) return 1
        return 0
    }' | sort -r | head -n 400
}

# apt_repositories: the sources that are switched on, in both of their formats.
apt_repositories() {
    for each in "$R"/etc/apt/sources.list "$R"/etc/apt/sources.list.d/*.list; do
        [ ! -f "$each" ] || awk -v file="${each#"$R"}" '
        $1 == "deb" {
            sub(/^[ \t]*deb[ \t]+/, "")
            sub(/^\[[^]]*\][ \t]*/, "")
            sub(/[ \t]*#.*/, "")
            gsub(/[ \t]+/, " ")
            print "repository\t" file "\t" $0
        }' "$each"
    done | masked
    for each in "$R"/etc/apt/sources.list.d/*.sources; do
        [ ! -f "$each" ] || awk -v file="${each#"$R"}" '
        function tell() {
            if (tolower(value["enabled"]) != "no" && value["types"] ~ /(^| )deb( |$)/ && value["uris"] != "")
                tell_source(value["uris"] " " value["suites"] " " value["components"])
            for (key in value) delete value[key]
        }
        function tell_source(text) { sub(/ +$/, "", text); print "repository\t" file "\t" text }
        /^#/ { next }
        /^[ \t]*$/ { tell(); next }
        /^[A-Za-z-]+:/ {
            key = tolower(substr($0, 1, index($0, ":") - 1))
            text = substr($0, index($0, ":") + 1)
            gsub(/^[ \t]+|[ \t]+$/, "", text)
            gsub(/\t/, " ", text)
            value[key] = text
        }
        END { tell() }' "$each"
    done | masked
}

# yum_repositories: the ids of those that are switched on.
yum_repositories() {
    for each in "$R"/etc/yum.repos.d/*.repo; do
        [ ! -f "$each" ] || awk -v file="${each#"$R"}" '
        function tell() { if (id != "" && on) print "repository\t" file "\t" id }
        /^\[/ { tell(); id = $0; gsub(/[][\t]/, "", id); on = 1; next }
        /^enabled[ \t]*=/ { on = $0 !~ /=[ \t]*(0|[Ff]alse|[Nn]o)/ }
        END { tell() }' "$each"
    done
}
