# part_system_files: whether the asked-for files of the system are as their packages delivered them. Of a few small ones
# the lines that are no comments are told, with passwords masked.
# Rows: file NUMBER KIND SIZE TIME STATE IMMUTABLE READABLE PATH; target NUMBER PATH; line NUMBER TEXT.
part_system_files() {
    file_number=0
    delivered=$(delivered_files)
    asked_system_files | sed 's:/*$::' | while IFS= read -r asked_file; do
        tell_file "$asked_file"
        case $asked_file in
        /etc/*)
            if ! [ -d "$R$asked_file" ] || [ -L "$R$asked_file" ]; then continue; fi
            listed=0
            for each in "$R$asked_file"/*; do
                [ -f "$each" ] && [ $((listed = listed + 1)) -le 40 ] || continue
                tell_file "${each#"$R"}"
            done
            ;;
        esac
    done
}

# tell_file PATH: one file or folder; an empty kind where there is none.
tell_file() {
    file_number=$((file_number + 1))
    its_kind=
    its_facts="- -"
    readable=1
    if [ -L "$R$1" ]; then
        its_kind="link"
    elif [ -d "$R$1" ]; then
        its_kind="directory"
    elif [ -f "$R$1" ]; then
        its_kind="file"
    elif [ -e "$R$1" ]; then
        its_kind=other
    fi
    if [ -n "$its_kind" ]; then
        its_facts=$(stat -c '%s %Y' "$R$1")
        [ "$its_kind" = link ] || [ -r "$R$1" ] || readable=0
    elif ! [ -x "$R${1%/*}/" ] && [ -d "$R${1%/*}/" ]; then
        readable=0
    fi
    row file "$file_number" "$its_kind" "${its_facts% *}" "${its_facts#* }" "$(state_of "$1")" "$(immutable "$1")" "$readable" "$1"
    [ "$its_kind" != link ] || row target "$file_number" "$(readlink "$R$1")"
    [ "$its_kind" != file ] || tell_lines "$1"
}

# immutable FILE: 1 if not even root may change it.
immutable() {
    case $(lsattr -d "$R$1" | awk '{ print $1; exit }') in *i*) echo 1 ;; *) echo 0 ;; esac
}

# tell_lines PATH: of these files alone, if they are small.
tell_lines() {
    case $1 in
    /etc/hosts | /etc/hosts.allow | /etc/hosts.deny | /etc/host.conf | /etc/resolv.conf | /etc/ldap.conf | */ldap/ldap.conf | \
        */openldap/ldap.conf | /etc/nslcd.conf | /etc/sssd/sssd.conf | /etc/nsswitch.conf) ;;
    *) return ;;
    esac
    [ -r "$R$1" ] || return
    head -c 16384 "$R$1" | tr -d '\000\r' | sed -e '/^[[:space:]]*$/d' -e '/^[[:space:]]*[#;]/d' \
        -e 's/^\([[:space:]]*[^[:space:]=]*\([Pp][Aa][Ss][Ss]\|[Pp][Ww]\|[Ss][Ee][Cc][Rr][Ee][Tt]\|[Tt][Oo][Kk]\)[^[:space:]=]*[[:space:]]*[[:space:]=][[:space:]]*\).*/\1***/' \
        -e 's,://[^/@ ]*@,://***@,g' |
        head -n 50 | sed "s/^/line$TAB$file_number$TAB/"
}

# delivered_files: SUM PATH of each configuration file as its package delivered it.
delivered_files() {
    if [ -s "$R/var/lib/dpkg/status" ] && have dpkg-query; then
        within 8 dpkg-query --admindir="$R/var/lib/dpkg" -W -f '${Conffiles}\n' | awk '$1 ~ /^\// && $2 ~ /^[0-9a-f]+$/ { print $2 " " $1 }'
        awk '$2 ~ /^\// { print $1 " " $2 }' "$R/var/lib/ucf/hashfile"
        echo "all /"
    elif rpm_here; then
        ask_rpm -qa --qf '[%{FILEFLAGS} %{FILEDIGESTS} %{FILENAMES}\n]' |
            awk '$1 % 2 == 1 && $2 ~ /^[0-9a-f]+$/ && length($2) >= 32 { print $2 " " $3 }'
        echo "all /"
    fi
}

# state_of PATH: changed, unchanged, unowned or unknown; of a folder, whether any delivered file in it was changed.
state_of() {
    sums=$(printf '%s\n' "$delivered" | path=$1 awk '
    { at = substr($0, length($1) + 2) }
    at == ENVIRON["path"] || index(at, ENVIRON["path"] "/") == 1 { print; found = 1 }
    $1 == "all" { complete = 1 }
    END { if (!complete) print "unknown"; else if (!found) print "unowned" }')
    case $sums in
    *unknown) echo unknown ;;
    unowned) echo unowned ;;
    *)
        printf '%s\n' "$sums" | {
            state=unchanged
            while read -r sum at; do
                case $(same_sum "$sum" "$R$at") in
                no) state=changed ;;
                unread) [ "$state" = changed ] || state=unknown ;;
                esac
            done
            echo "$state"
        }
        ;;
    esac
}

# same_sum SUM FILE: yes, no (or gone), unread.
same_sum() {
    [ -f "$2" ] || { echo no; return; }
    [ -r "$2" ] || { echo unread; return; }
    case ${#1} in
    32) sum_tool=md5sum ;;
    40) sum_tool=sha1sum ;;
    *) sum_tool=sha256sum ;;
    esac
    case $(within 3 "$sum_tool" "$2") in
    "$1 "*) echo yes ;;
    '') echo unread ;;
    *) echo no ;;
    esac
}
