-- No registry that fettle reads offers a whole Python for every platform, so this one is the host's: checked, never
-- installed. It gives recipes that need Python one place to ask for it, and their users one clear message.
identity = "fettle.python@v1"
description = "The host's Python 3, found on PATH (nothing is installed)"
homepage = "https://www.python.org"
license = "PSF-2.0"
platforms = { "linux", "darwin" }

options = {
  minimum = { type = "string", default = "3.8", description = "lowest release that will do, as major.minor" },
}

local advice = {
  linux = "install it with the system's package manager (the package is usually called python3)",
  darwin = "install it with Xcode's command line tools (xcode-select --install) or a package manager",
}

function check(ctx)
  local major, minor = ctx.options.minimum:match("^(%d+)%.(%d+)$")
  if not major then
    error("option minimum must look like 3.8, not " .. ctx.options.minimum)
  end
  local script = fettle.template(
    "python3 -c 'import sys; sys.exit(sys.version_info[:2] < ({{ major }}, {{ minor }}))'",
    { major = major, minor = minor }
  )
  return ctx.run(script, { check = false, quiet = true, shell = fettle.shell.SH }).exit_code == 0
end

function install(ctx)
  error(fettle.template("python3 is not on PATH, or is older than {{ minimum }}: {{ advice }}", {
    minimum = ctx.options.minimum,
    advice = advice[fettle.platform],
  }), 0)
end
