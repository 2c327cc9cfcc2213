identity = "fettle.uv@v1"
description = "uv: package and project manager for Python"
homepage = "https://docs.astral.sh/uv"
license = "MIT OR Apache-2.0"
platforms = { "linux", "darwin", "windows" }

options = {
  version = { type = "string", default = "0.13.8", description = "uv release" },
}

function fetch(ctx)
  return { source = "pkg:pypi/uv@" .. ctx.options.version }
end

-- A wheel keeps the programs that an installer would put into bin/ in a folder named after the release.
function products(options)
  local scripts = "uv-" .. options.version .. ".data/scripts/"
  return { uv = scripts .. "uv" .. fettle.exe_ext, uvx = scripts .. "uvx" .. fettle.exe_ext }
end
