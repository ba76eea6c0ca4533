using Xunit;

namespace SealerRecover.Tests.Commands;

/// <summary>What commands find by themselves on a machine that has nothing, or nothing that is there.</summary>
public sealed class FoundOnMachineTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("sealer-recover-found-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task Where_no_storage_path_is_found_it_is_said_what_was_looked_at()
    {
        Directory.CreateDirectory(Path.Combine(_home, ".lotusminer"));
        await File.WriteAllTextAsync(
            Path.Combine(_home, ".lotusminer", "storage.json"), "{\"StoragePaths\":[{\"Path\":\"/nowhere/at/all\"}]}", TestContext.Current.CancellationToken);
        Ran ran = await RunAsync(("MINER_API_INFO", "http://127.0.0.1:1"), "survey", "--miner=f01000", "5");
        Assert.Equal(2, ran.Code);
        Assert.Contains("no storage path was named and none is found: lotus-miner at http://127.0.0.1:1/rpc/v0 could not be asked (", ran.Error, StringComparison.Ordinal);
        Assert.Contains(
            $"of {_home}/.lotusminer/storage.json none is here; there is no {_home}/.lotusworker/storage.json or {_home}/.curio/storage.json; nobody is named by CURIO_DB_HOST", ran.Error, StringComparison.Ordinal);
        Assert.Contains("--storage", ran.Error, StringComparison.Ordinal);
        Assert.Contains("left out: is not there: its disk is lost or not mounted", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_says_what_could_be_configured_and_ends_well()
    {
        Ran ran = await RunAsync(("LOTUS_MINER_PATH", "/nowhere/at/all"), "doctor", "--sector-size=2KiB");
        Assert.True(ran.Code == 0, ran.Output + ran.Error);
        Assert.Contains("○ chain node: none is configured", ran.Output, StringComparison.Ordinal);
        Assert.Contains("○ storage: nobody tells storage paths", ran.Output, StringComparison.Ordinal);
        Assert.Contains("/nowhere/at/all/storage.json does not tell storage paths: it is not there", ran.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("doctor --sector-size=3KiB", "--sector-size is \"3KiB\", which no seal proof is for")]
    [InlineData("doctor --miner=x", "--miner is \"x\", not an address")]
    public async Task A_mistake_is_one_sentence(string arguments, string sentence)
    {
        Ran ran = await RunAsync(("X", ""), arguments.Split(' '));
        Assert.Equal(2, ran.Code);
        Assert.Contains(sentence, ran.Error, StringComparison.Ordinal);
    }

    private Task<Ran> RunAsync((string Name, string Value) variable, params string[] arguments) =>
        InProcess.RunAsync(new Dictionary<string, string> { ["HOME"] = _home, [variable.Name] = variable.Value }, "/nowhere/config.toml", arguments);
}
