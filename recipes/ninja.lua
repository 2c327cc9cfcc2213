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

local function numbers(version)
  local found = {}
  for number in version:gmatch("%d+") do
    found[#found + 1] = tonumber(number)
  end
  return found
end

local function is_before(version, other)
  local left, right = numbers(version), numbers(other)
  for index = 1, math.max(#left, #right) do
    local one, two = left[index] or 0, right[index] or 0
    if one ~= two then
      return one < two
    end
  end
  return false
end

-- A wheel keeps the programs that an installer would put into bin/ in a folder named after the release; before 1.11.1.2
-- it had them among its own data, with a script in Python before them.
function products(options)
  local version = options.version
  local folder = is_before(version, "1.11.1.2") and "ninja/data/bin/" or "ninja-" .. version .. ".data/scripts/"
  return { ninja = folder .. "ninja" .. fettle.exe_ext }
end
