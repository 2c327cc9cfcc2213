/**
 * Takes the marks of a CI service out of the environment of a test. Ink draws nothing where it finds them, so what a
 * test of the terminal sees would hang on who runs it. Tests that mean CI give their own environment.
 */
for (const name of ['CI', 'CONTINUOUS_INTEGRATION', 'GITHUB_ACTIONS']) delete process.env[name];
