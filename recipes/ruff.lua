identity = "fettle.ruff@v1"
description = "Ruff: linter and formatter for Python"
homepage = "https://docs.astral.sh/ruff"
license = "MIT"
platforms = { "linux", "darwin", "windows" }

options = {
  version = { type = "string", default = "0.17.5", description = "Ruff release" },
}

function fetch(ctx)
  return { source = "pkg:pypi/ruff@" .. ctx.options.version }
end

-- A wheel keeps the programs that an installer would put into bin/ in a folder named after the release.
function products(options)
  return { ruff = "ruff-" .. options.version .. ".data/scripts/ruff" .. fettle.exe_ext }
end
