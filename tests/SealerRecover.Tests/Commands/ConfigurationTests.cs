using Xunit;

namespace SealerRecover.Tests.Commands;

/// <summary>Option, environment, file, default: what counts, and what is said of it.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-config-").FullName;
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string System => Path.Combine(_folder, "etc.toml");

    private string User => Path.Combine(_folder, ".config", "sealer-recover", "config.toml");

    private string Named => Path.Combine(_folder, "named.toml");

    [Fact]
    public async Task What_is_nearer_counts_more()
    {
        Write(System, "threads = 1\nparallel = 1\nsealing-temp = \"/etc-temp\"\nsealing-result = \"/etc-result\"\nstorage = [\"/a\", \"/b\"]\n");
        Write(User, "# mine\nparallel = 2\nsealing-result = \"/user-result\"\n");
        Write(Named, "sealing-temp = \"/named-temp\"\n");
        _environment["SEALER_RECOVER_SEALING_RESULT"] = "/variable-result";
        Dictionary<string, (string? Value, string From, string? Where)> values = await ValuesAsync($"--config={Named}");
        Assert.Equal(("1", "file", $"{System}:1"), values["threads"]);
        Assert.Equal(("2", "file", $"{User}:2"), values["parallel"]);
        Assert.Equal(("/named-temp", "file", $"{Named}:1"), values["sealing-temp"]);
        Assert.Equal(("/variable-result", "environment", "SEALER_RECOVER_SEALING_RESULT"), values["sealing-result"]);
        Assert.Equal(("/a, /b", "file", $"{System}:5"), values["storage"]);
        Assert.Equal(("/variable-temp", "environment", "SEALER_RECOVER_SEALING_TEMP"), (await ValuesAsync(("SEALER_RECOVER_SEALING_TEMP", "/variable-temp"), $"--config={Named}"))["sealing-temp"]);
        Assert.Equal(("60", "default", null), values["node-timeout"]);
        Assert.Equal(("true", "option", "--json"), values["json"]);
    }

    [Fact]
    public async Task What_is_set_counts_as_typed_and_what_is_typed_counts_more()
    {
        Write(User, $"storage = \"{_folder}\"\nsector-size = \"2KiB\"\nminer = \"f01000\"\noffline = true\nthreads = 2\nparallel = 3\n");
        Ran ran = await RunAsync("survey", "5", "--json");
        Assert.True(ran.Code == 10, ran.Output + ran.Error);
        Assert.Contains($"--storage={_folder}", ran.Output, StringComparison.Ordinal);
        Ran typed = await RunAsync("survey", "5", "--storage=/nowhere/at/all", "--offline=true");
        Assert.Contains("/nowhere/at/all is not there", typed.Error, StringComparison.Ordinal);
        Ran variable = await RunAsync(("SEALER_RECOVER_STORAGE", $"{_folder},/nowhere/else"), "survey", "5");
        Assert.Contains("/nowhere/else is not there", variable.Error, StringComparison.Ordinal);
        Ran off = await RunAsync(("SEALER_RECOVER_JSON", "0"), "survey", "5");
        Assert.True(off.Code == 10 && !off.Output.StartsWith('{'), off.Output + off.Error);
    }

    [Theory]
    [InlineData("storge = \"/a\"", "there is no key \"storge\"", "The nearest is storage")]
    [InlineData("sealing_temp = \"/a\"", "there is no key \"sealing_temp\"", "The nearest is sealing-temp")]
    [InlineData("colour = \"blue\"", "there is no key \"colour\"", "eys are the names of options")]
    [InlineData("config = \"/a\"", "there is no key \"config\"", "hint: ")]
    [InlineData("offline = \"yes\"", "offline is true or false, without quotes", "hint: ")]
    [InlineData("miner = true", "miner is text or a number", "hint: ")]
    [InlineData("miner = [\"f01000\", \"f01001\"]", "miner is one value, no list", "hint: ")]
    [InlineData("threads = \"many\"", "--threads is \"many\", not a whole number from 1 to 4096 (FILE:1)", "hint: ")]
    [InlineData("sector-size = \"3KiB\"", "--sector-size is \"3KiB\", which no seal proof is for (FILE:1)", "hint: ")]
    public async Task A_mistake_in_a_file_is_one_sentence_with_its_place(string line, string sentence, string hint)
    {
        Write(User, line);
        Ran ran = await RunAsync("survey", "--miner=f01000", $"--storage={_folder}", "5");
        Assert.True(ran.Code == 2, ran.Output + ran.Error);
        Assert.Contains(sentence.Replace("FILE", User, StringComparison.Ordinal), ran.Error, StringComparison.Ordinal);
        Assert.Contains(hint, ran.Error, StringComparison.Ordinal);
        Assert.Contains(User, ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SEALER_RECOVER_OFFLINE", "maybe", 2, "SEALER_RECOVER_OFFLINE is \"maybe\", neither 1 nor 0")]
    [InlineData("SEALER_RECOVER_THREADS", "0", 2, "--threads is \"0\", not a whole number from 1 to 4096 (SEALER_RECOVER_THREADS)")]
    [InlineData("SEALER_RECOVER_THREDS", "1", 10, "SEALER_RECOVER_THREDS means nothing here; SEALER_RECOVER_THREADS is the nearest variable")]
    [InlineData("SEALER_RECOVER_CONFIG", "/nowhere.toml", 2, "the configuration file /nowhere.toml cannot be read")]
    public async Task A_mistake_in_a_variable_names_it(string name, string value, int code, string sentence)
    {
        Ran ran = await RunAsync((name, value), "survey", "--miner=f01000", $"--storage={_folder}", "--sector-size=2KiB", "5");
        Assert.True(ran.Code == code, ran.Output + ran.Error);
        Assert.Contains(sentence, ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Variables_that_other_programs_have_for_the_same_count_as_environment()
    {
        Write(User, "api-info = \"http://of.the.file\"\nkernel = \"no-such\"\nrows-to-discard = 1\n");
        _environment["FULLNODE_API_INFO"] = "eyJhbGciOi:http://of.the.variable";
        _environment["SEALER_RECOVER_KERNEL"] = "best";
        _environment["FIL_PROOFS_ROWS_TO_DISCARD"] = "2";
        _environment["CURIO_DB_PASSWORD"] = "hunter2";
        Dictionary<string, (string? Value, string From, string? Where)> values = await ValuesAsync();
        Assert.Equal(("***:http://of.the.variable/rpc/v1", "environment", "FULLNODE_API_INFO"), values["api-info"]);
        Assert.Equal(("best", "environment", "SEALER_RECOVER_KERNEL"), values["kernel"]);
        Assert.Equal(("2", "environment", "FIL_PROOFS_ROWS_TO_DISCARD"), values["rows-to-discard"]);
        Assert.Equal(("***", "environment", "CURIO_DB_PASSWORD"), values["CURIO_DB_PASSWORD"]);
        Assert.DoesNotContain("FULLNODE_API_INFO", values.Keys);

        // The program's own variable is nearer than theirs, and the kernel of the file is not even read.
        Assert.Equal(
            ("http://mine/rpc/v1", "environment", "SEALER_RECOVER_API_INFO"), (await ValuesAsync(("SEALER_RECOVER_API_INFO", "http://mine")))["api-info"]);
        Assert.Equal(0, (await RunAsync("kernels")).Code);
    }

    [Fact]
    public async Task Secrets_are_masked_wherever_they_are_from()
    {
        const string secret = "S3cret";
        Write(
            User,
            $"api-info = \"{secret}:http://node\"\narchive-node = \"not an address {secret}\"\nminer-api-info = \"http://u:{secret}@miner\"\n"
                + $"curio-db = \"postgres://yugabyte:{secret}@10.0.0.5/yugabyte\"\npiece-source = [\"/pieces\", \"https://u:{secret}@p.example/x?key={secret}\"]\n");
        _environment["CURIO_HARMONYDB_PASSWORD"] = secret;
        foreach (string[] arguments in new string[][] { ["config"], ["config", "--json"], ["config", "--verbose"] })
        {
            Ran ran = await RunAsync(arguments);
            Assert.Equal(0, ran.Code);
            Assert.DoesNotContain(secret, ran.Output + ran.Error, StringComparison.Ordinal);
        }

        Dictionary<string, (string? Value, string From, string? Where)> values = await ValuesAsync();
        Assert.Equal("yugabyte at 10.0.0.5, database yugabyte", values["curio-db"].Value);
        Assert.Equal("/pieces, https://***@p.example/x?***", values["piece-source"].Value);
        Assert.Equal("***", values["archive-node"].Value);
    }

    [Fact]
    public async Task Help_and_version_do_not_read_it()
    {
        Write(User, "no TOML");
        Assert.Equal(0, (await RunAsync("survey", "-h")).Code);
        Assert.Equal(0, (await RunAsync("--version")).Code);
        Assert.Equal(2, (await RunAsync("kernels")).Code);
    }

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private Task<Ran> RunAsync(params string[] arguments) => InProcess.RunAsync(new Dictionary<string, string>(_environment) { ["HOME"] = _folder }, System, arguments);

    private Task<Ran> RunAsync((string Name, string Value) variable, params string[] arguments) =>
        InProcess.RunAsync(new Dictionary<string, string>(_environment) { ["HOME"] = _folder, [variable.Name] = variable.Value }, System, arguments);

    private async Task<Dictionary<string, (string? Value, string From, string? Where)>> ValuesAsync(params string[] more) => Of(await RunAsync(["config", "--json", .. more]));

    private async Task<Dictionary<string, (string? Value, string From, string? Where)>> ValuesAsync((string Name, string Value) variable, params string[] more) =>
        Of(await RunAsync(variable, ["config", "--json", .. more]));

    private static Dictionary<string, (string? Value, string From, string? Where)> Of(Ran ran)
    {
        Assert.True(ran.Code == 0, ran.Output + ran.Error);
        return ran.Lines.Single(line => (string?)line["event"] == "config")["values"]!.AsArray().Select(value => value!.AsObject())
            .ToDictionary(value => (string)value["key"]!, value => ((string?)value["value"], (string)value["from"]!, (string?)value["where"]));
    }
}
