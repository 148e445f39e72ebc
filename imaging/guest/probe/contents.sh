# by_content: records of ID and PATH for what holds a mark wherever it lies, for each such search: tell_marks sees for which it
# counts. One pass over small files, without what managers of packages and data formats own; `late` if time was up.
by_content() {
    contents=$(asked_contents)
    [ -n "$contents" ] || return
    IFS=$LINE_END
    set -f
    set --
    for each in $(asked_roots); do
        [ ! -d "$R$each" ] || far_away "$each" || ! on_root_disk "$each" || set -- "$@" "$R$each"
    done
    unset IFS
    set +f
    time_for 8
    [ $# -gt 0 ] || return
    export contents
    { within "$seconds_left" sh -c "$FIND_CONTENT" sh "$@"; printf '\000status\t%s\000' $?; } |
        lines_of | awk -v most=300 '
        BEGIN { count = split(ENVIRON["anywhere"], id, " ") }
        $0 == "" { next }
        /^status\t/ { if ($2 == 124 || $2 == 137) late = 1; next }
        ++files > most { late = 1; next }
        { for (i = 1; i <= count; i++) print id[i] "\t" $0 }
        END { if (late) print "late\t" }' | tr '\n\001' '\000\n'
}
FIND_CONTENT='
find "$@" -xdev -ignore_readdir_race \( -name site-packages -o -name dist-packages -o -name node_modules -o -name __pycache__ \
    -o -name conda-meta -o -name .rustup -o -path "*/.git/objects" -o -path "*/.cargo/registry" -o -path "*/go/pkg/mod" \
    -o -path "*/.npm/_cacache" -o -path "*/lib/python[23]*" -o -path "*/.julia/packages" -o -path "*/R/*-library" \
    -o -path "*/ssl/certs" -o -path "*/.cache/pip" -o -path "*/conda/pkgs" -o -path "*/*conda3/pkgs" \) -prune -o \
    -type f -size +0 -size -2049 ! -name "*.so" ! -name "*.so.*" ! -name "*.[ao]" ! -name "*.pyc" ! -name "*.gz" ! -name "*.bz2" \
    ! -name "*.xz" ! -name "*.zst" ! -name "*.zip" ! -name "*.png" ! -name "*.jp*g" ! -name "*.pdf" ! -name "*.csv" ! -name "*.tsv" \
    ! -name "*.fa*" ! -name "*.vcf" ! -name "*.bam" ! -name "*.nc" ! -name "*.h5" ! -name "*.np[yz]" ! -name "*.tif*" \
    -print0 2>/dev/null | xargs -0 -r grep -l -I -s -Z -E -e "$contents" 2>/dev/null
'
