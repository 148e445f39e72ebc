# For awk: mask(TEXT) without passwords in addresses (//user:...@host, user:...@host) and in options (password=...,
# user=name%...), and unescaped(TEXT) of mountinfo and fstab, with byte 1 for a line end. `reading.masking` masks once
# more, in the same way.
mask_awk='
function hide(s, expression, mark, kept,    out, low, found) {
    low = tolower(s)
    while (match(low, expression)) {
        found = substr(s, RSTART, RLENGTH)
        out = out substr(s, 1, RSTART - 1) substr(found, 1, index(found, mark) + length(mark) - 1) "***"
        s = kept substr(s, RSTART + RLENGTH)
        low = kept substr(low, RSTART + RLENGTH)
    }
    return out s
}
function mask(s) {
    s = hide(s, "//[^/ \t,:@]*:[^/ \t]*@", ":", "@")
    s = hide(s, "https?://[^/ \t:@]+@", "//", "@")
    s = hide(s, "(^|[ \t,=;(\"\047])[^ \t,/:@=;(\"\047]+:[^ \t,/@][^ \t,@]*@", ":", "@")
    s = hide(s, "user(name)?=[^,%: \t]*%([^, \t]|,,)+", "%", "")
    s = hide(s, "user(name)?=[^,%: \t]*:([^, \t]|,,)+", ":", "")
    s = hide(s, "(pass(word2?|wd|phrase)?|pwd?|psk|sas|secret(_?key)?|token|set_credential(_binary)?" \
        "|(account|shared|access|api|private)[_-]?key)=([^, \t]|,,)+", "=", "")
    return hide(s, "key=[^/, \t]([^, \t]|,,)*", "=", "")
}
function unescaped(s,    out, code) {
    while (match(s, /\\[0-7][0-7][0-7]/)) {
        code = substr(s, RSTART + 1, 1) * 64 + substr(s, RSTART + 2, 1) * 8 + substr(s, RSTART + 3, 1)
        out = out substr(s, 1, RSTART - 1) (code == 10 ? "\001" : sprintf("%c", code))
        s = substr(s, RSTART + 4)
    }
    return out s
}
'

# For awk: yaml_line(KIND, LINE, NAME) prints a row, after yaml_start() for each file. Secrets are masked where their form
# is known. In another one (a block of text, a mapping, an anchor) the file ends there, and that is said.
yaml_awk='
function yaml_start() { yaml_below = -1; yaml_depth = 0; yaml_over = 0 }
function yaml_line(kind, line, name,    at, indent, out, rest, found) {
    if (yaml_over || line ~ /^[ \t]*(#|$)/) return
    match(line, /^ */)
    indent = RLENGTH
    if (yaml_below >= 0 && indent > yaml_below) return
    yaml_below = -1
    out = ""
    while (match(tolower(line), yaml_secret)) {
        found = substr(line, RSTART, RLENGTH)
        rest = substr(line, RSTART + RLENGTH)
        out = out substr(line, 1, RSTART - 1) found " \"***\""
        if (!yaml_depth && out !~ /[{[]/ && rest !~ /^[ \t]*[{[|>&*!"\047]/ && rest ~ /[^ \t]/) {
            line = ""
            yaml_below = indent
        } else if (match(rest, /^[ \t]*("[^"\\]*"|\047[^\047]*\047)/) || match(rest, /^[ \t]*[^][ \t{}|>&*!"\047,][^][{},]*[,}]/)) {
            line = substr(rest, RLENGTH + (substr(rest, RLENGTH, 1) ~ /[,}]/ ? 0 : 1))
            if (!yaml_depth && out !~ /[{[]/) yaml_below = indent
        } else {
            yaml_over = 1
            print "incomplete\ta secret in " name " is written in a form that is not known"
            return
        }
    }
    line = out line
    at = line
    yaml_depth += gsub(/[{[]/, "", at) - gsub(/[]}]/, "", at)
    gsub(/\t/, " ", line)
    print kind "\t" line "\t" name
}
BEGIN {
    yaml_secret = "(^|[ \t,{[\"\047-])(password|passwd|psk|passphrase|private(-key)?|keys?|[a-z_-]*secret|token|shared|wep[a-z0-9-]*" \
        "|[a-z-]*-password|hashed_passwd|plain_text_passwd)[\"\047]?[ \t]*:"
}
'

# masked: its input without what is between :// and @ in addresses, without values behind their question mark, and
# without parts of their paths that are long hexadecimal numbers: with some sellers these let a customer in.
masked() {
    sed -e 's,://[^ @]*@,://***@,g' -e 's,\([?&][^ =&]*=\)[^ &]*,\1***,g' \
        -e 's,\(/[^ ]*\)/[0-9A-Fa-f]\{24\}[0-9A-Fa-f]*\(/\| \|$\),\1/***\2,g'
}
