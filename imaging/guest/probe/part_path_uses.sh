# What of the system names paths that may be lost or lie on another disk. Rows: use ENABLED HOW PATH FILE (ENABLED: yes,
# no, or - where it has no meaning); link TARGET PATH. Only paths are read out of commands, never other arguments.
part_path_uses() {
    path_pulled=$(path_pulled_in)
    export path_pulled
    path_of_units
    path_of_cron
    path_of_settings
    path_links
}

# The names of all units that something starts by itself.
path_pulled_in() {
    for path_link in "$R"/etc/systemd/system/*.wants/* "$R"/etc/systemd/system/*.requires/* \
        "$R"/usr/lib/systemd/system/*.wants/* "$R"/lib/systemd/system/*.wants/*; do
        [ -e "$path_link" ] || [ -L "$path_link" ] || continue
        printf '%s\n' "${path_link##*/}"
    done
}

# For awk: put(HOW, PATH) for a path that does not belong to the system's own places, and words of commands.
path_awk='
BEGIN {
    total = split(ENVIRON["path_pulled"], list, "\n")
    for (i = 1; i <= total; i++) pulled[list[i]] = 1
}
function put(enabled, how, path, file) {
    sub(/^[-@:+!|]+/, "", path)
    gsub(/[\t]/, " ", path)
    sub(/[;,)"\047]+$/, "", path)
    if (path !~ /^\/./ || path ~ /^\/\//) return
    if (path ~ /^\/(bin|sbin|lib|lib32|lib64|etc|run|dev|proc|sys|boot)(\/|$)/ || path ~ /^\/var\/run(\/|$)/) return
    if (path ~ /^\/usr(\/|$)/ && path !~ /^\/usr\/local\//) return
    if (vendor && path ~ /^\/(var|tmp|usr|root|sysroot|system-update)(\/|$)/) return
    if ((how, path, file) in seen || count++ > 1500) return
    seen[how, path, file] = 1
    print "use\t" enabled "\t" how "\t" path "\t" file
}
function paths_in(enabled, how, text, file,    words, number, i, word) {
    number = split(text, words, /[ \t;|&<>()"\047`]+/)
    for (i = 1; i <= number; i++) {
        word = words[i]
        if (tolower(word) ~ /^[-a-z0-9_]*(pass(word|wd|phrase)?|pwd?|secret|token|api_?key)=/) continue
        if (word ~ /^[-+@:!]+\//) sub(/^[-+@:!]+/, "", word)
        if (word ~ /^[A-Za-z_-][A-Za-z0-9_-]*=\//) sub(/^[^=]*=/, "", word)
        if (word ~ /^\//) put(enabled, how, word, file)
    }
}
'

# Services, and their drop-ins. One awk for all: those of the vendor are many.
path_of_units() {
    for path_file in "$R"/etc/systemd/system/*.service "$R"/etc/systemd/system/*.service.d/*.conf \
        "$R"/usr/local/lib/systemd/system/*.service "$R"/usr/lib/systemd/system/*.service "$R"/lib/systemd/system/*.service; do
        case $path_file in
        "$R"/lib/*) [ ! -L "$R/lib" ] || continue ;;
        esac
        [ -f "$path_file" ] && [ ! -L "$path_file" ] && printf '%s\n' "$path_file"
    done | awk "$path_awk"'
    BEGIN {
        root = ENVIRON["R"]
        while ((getline line < (root "/etc/passwd")) > 0) { split(line, words, ":"); home[words[1]] = words[6] }
    }
    function is_on(name,    stem) {
        if (name in pulled) return "yes"
        stem = name
        sub(/\.service$/, "", stem)
        if ((stem ".timer") in pulled || (stem ".socket") in pulled || (stem ".path") in pulled) return "yes"
        return "no"
    }
    {
        path = $0
        file = substr(path, length(root) + 1)
        vendor = file ~ /^(\/usr)?\/lib\//
        name = file
        sub(/\/[^\/]*\.conf$/, "", name)
        sub(/\.d$/, "", name)
        sub(/^.*\//, "", name)
        enabled = is_on(name)
        held = ""
        lines = 0
        while ((getline line < path) > 0 && lines++ < 5000) {
            if (held == "" && line ~ /^[ \t]*[#;]/) continue
            line = held line
            held = ""
            if (line ~ /\\$/ && length(line) < 20000) { held = substr(line, 1, length(line) - 1) " "; continue }
            if (line !~ /^[ \t]*[A-Za-z]+[ \t]*=/) continue
            key = line
            sub(/^[ \t]*/, "", key)
            sub(/[ \t]*=.*/, "", key)
            value = line
            sub(/^[^=]*=[ \t]*/, "", value)
            if (key ~ /^(ExecStart|ExecStartPre|ExecStartPost|ExecStop|ExecReload|ExecCondition)$/) paths_in(enabled, key, value, file)
            if (key ~ /^(WorkingDirectory|RootDirectory|EnvironmentFile|PIDFile|ReadWritePaths|BindPaths|RequiresMountsFor|LoadCredential|StandardOutput|StandardError)$/) {
                gsub(/(file|append|truncate):/, "", value)
                paths_in(enabled, key, value, file)
            }
            if (key == "WorkingDirectory" && value ~ /^-?~/ && user in home) put(enabled, key, home[user], file)
            if (key == "User") {
                user = value
                sub(/[ \t\r]+$/, "", user)
                if (!vendor && (user in home) && user != "root" && home[user] !~ /^\/(nonexistent|var)?(\/|$)/) put(enabled, "User\047s home", home[user], file)
            }
        }
        close(path)
        user = ""
    }'
}

path_of_cron() {
    set --
    for path_file in "$R/etc/crontab" "$R"/etc/cron.d/* "$R"/var/spool/cron/crontabs/* "$R"/var/spool/cron/* "$R/etc/rc.local" \
        "$R/etc/rc.d/rc.local"; do
        [ -f "$path_file" ] && [ ! -L "$path_file" ] || continue
        if [ -r "$path_file" ]; then set -- "$@" "$path_file"; else incomplete "only root may read ${path_file#"$R"}"; fi
    done
    [ $# = 0 ] || awk "$path_awk"'
    FNR == 1 {
        file = substr(FILENAME, length(ENVIRON["R"]) + 1)
        gsub(/\t/, " ", file)
        gsub(/\n/, "\001", file)
        how = file ~ /rc\.local$/ ? "rc.local" : "cron"
    }
    /^[ \t]*(#|$)/ || /^[ \t]*(PATH|SHELL|MAILTO)[ \t]*=/ { next }
    { paths_in("-", how, $0, file) }' "$@"
    for path_file in "$R/var/spool/cron/crontabs" "$R/var/spool/cron"; do
        [ ! -d "$path_file" ] || [ -r "$path_file" ] || incomplete "only root may read ${path_file#"$R"}"
    done
}

# Where services were told to keep their data, and where libraries are searched for.
path_of_settings() {
    path_setting docker 's/.*"data-root"[ \t]*:[ \t]*"\([^"]*\)".*/\1/p' data-root "$R/etc/docker/daemon.json"
    path_setting containerd 's/^[ \t]*root[ \t]*=[ \t]*"\([^"]*\)".*/\1/p' root "$R/etc/containerd/config.toml"
    path_setting - 's/^[ \t]*graphroot[ \t]*=[ \t]*"\([^"]*\)".*/\1/p' graphroot "$R/etc/containers/storage.conf"
    path_setting 'mysql mariadb mysqld' 's/^[ \t]*datadir[ \t]*=[ \t]*\(\/[^ \t]*\).*/\1/p' datadir "$R/etc/my.cnf" "$R"/etc/my.cnf.d/*.cnf \
        "$R"/etc/mysql/my.cnf "$R"/etc/mysql/*.conf.d/*.cnf
    path_setting postgresql "s/^[ \t]*data_directory[ \t]*=[ \t]*'\([^']*\)'.*/\1/p" data_directory "$R"/etc/postgresql/*/*/postgresql.conf
    path_setting mongod 's/^[ \t]*dbPath:[ \t]*"*\([^ \t"]*\).*/\1/p' dbPath "$R/etc/mongod.conf"
    path_setting 'redis-server redis' 's/^[ \t]*dir[ \t]\{1,\}\(\/[^ \t]*\).*/\1/p' dir "$R/etc/redis/redis.conf" "$R/etc/redis.conf"
    set -- "$R"/etc/ld.so.conf.d/*.conf
    [ ! -r "$1" ] || awk "$path_awk"'
    $1 ~ /^\// && $1 !~ /^\/usr\/local\/lib/ { put("-", "ld.so.conf", $1, substr(FILENAME, length(ENVIRON["R"]) + 1)) }' "$@"
}

# path_setting SERVICES SCRIPT-OF-SED HOW FILE...
path_setting() {
    path_services=$1
    path_script=$2
    path_how=$3
    shift 3
    for path_file; do
        [ -f "$path_file" ] && [ -r "$path_file" ] || continue
        path_found=$(sed -n "$path_script" "$path_file")
        [ -n "$path_found" ] || continue
        path_enabled=-
        [ "$path_services" = - ] || path_enabled=no
        for path_unit in $path_services; do
            [ "$path_unit" != - ] && pulled_in "$path_unit.service" && path_enabled=yes
        done
        path_name=${path_file#"$R"}
        export path_enabled path_how path_name
        printf '%s\n' "$path_found" |
            awk "$path_awk"'{ put(ENVIRON["path_enabled"], ENVIRON["path_how"], $0, ENVIRON["path_name"]) }'
    done
}

# Symbolic links in the places that everybody relies on; the reader follows them from one to the next.
path_links() {
    (
        cd "$R/" || exit
        within 6 find ./ ./var ./var/lib ./srv ./home ./opt ./usr/local ./usr/local/bin ./usr/local/sbin ./usr/local/lib \
            ./etc/cron.hourly ./etc/cron.daily ./etc/cron.weekly ./etc/alternatives -maxdepth 1 -type l -printf '%l\t%p\0'
        [ ! -d ./opt ] || within 3 find ./opt -mindepth 2 -maxdepth 3 -type l -lname '/*' -printf '%l\t%p\0'
    ) | tr '\n\000' '\001\n' | awk -F "$TAB" '
    {
        path = substr($0, length($1) + 2)
        sub(/^\.\/+/, "/", path)
        if (path ~ /^\/etc\/alternatives\// && $1 ~ /^\/(usr\/(bin|sbin|lib|share|games|include)|bin|sbin|lib|etc|var)\//) next
        if (count++ < 1500) print "link\t" $1 "\t" path
    }'
}
