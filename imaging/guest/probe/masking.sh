# For awk: mask(TEXT) without passwords in addresses (//user:...@host) and in options (password=...), and unescaped(TEXT)
# of mountinfo and fstab, with byte 1 for a line end. `reading.masking` masks once more, in the same way.
mask_awk='
function mask(s,    out, low, found) {
    while (match(s, /\/\/[^\/ \t,:@]*:[^\/ \t]*@/)) {
        found = substr(s, RSTART, RLENGTH)
        out = out substr(s, 1, RSTART - 1) substr(found, 1, index(found, ":")) "***@"
        s = substr(s, RSTART + RLENGTH)
    }
    s = out s
    out = ""
    while (match(s, /[hH][tT][tT][pP][sS]?:\/\/[^\/ \t:@]+@/)) {
        found = substr(s, RSTART, RLENGTH)
        out = out substr(s, 1, RSTART - 1) substr(found, 1, index(found, "//") + 1) "***@"
        s = substr(s, RSTART + RLENGTH)
    }
    s = out s
    out = ""
    low = tolower(s)
    while (match(low, /(pass(word2?|wd|phrase)?|pwd|secret(_?key)?|token|(account|shared|access|api)_?key)=([^, \t]|,,)+/)) {
        found = substr(s, RSTART, RLENGTH)
        out = out substr(s, 1, RSTART - 1) substr(found, 1, index(found, "=")) "***"
        s = substr(s, RSTART + RLENGTH)
        low = substr(low, RSTART + RLENGTH)
    }
    return out s
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
