-- The host's C compiler: checked, never installed. Recipes that compile C depend on it, so a machine without one gets
-- this message instead of the middle of a build log.
identity = "fettle.cc@v1"
description = "The host's C compiler: $CC, else cc on PATH (nothing is installed)"
homepage = "https://en.wikipedia.org/wiki/C_compiler"
platforms = { "linux", "darwin" }

local advice = {
  linux = "install one with the system's package manager (gcc or clang), or set CC",
  darwin = "install Xcode's command line tools (xcode-select --install), or set CC",
}

-- Compiles and links: a compiler without the C library's headers cannot build anything either.
local probe = [[
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf '#include <stdio.h>\nint main(void) { return puts("works") < 0; }\n' > "$folder/probe.c"
${CC:-cc} -o "$folder/probe" "$folder/probe.c"
"$folder/probe"
]]

function check(ctx)
  return ctx.run(probe, { check = false, quiet = true, shell = fettle.shell.SH }).exit_code == 0
end

function install(ctx)
  error("no working C compiler was found: " .. advice[fettle.platform], 0)
end
