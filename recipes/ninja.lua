identity = "fettle.ninja@v1"
description = "Ninja, a small build system made for speed"
homepage = "https://ninja-build.org"
license = "Apache-2.0"
platforms = { "linux", "darwin", "windows" }

options = {
  version = { type = "string", default = "1.13.2", description = "Ninja release" },
}

function fetch(ctx)
  return { source = "pkg:pypi/ninja@" .. ctx.options.version }
end

-- A wheel keeps the programs that an installer would put into bin/ in a folder named after the release.
function products(options)
  return { ninja = "ninja-" .. options.version .. ".data/scripts/ninja" .. fettle.exe_ext }
end
