using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>Sectors whose columns and nodes an OpenCL device hashes, and machines without one. PoCL shows the processor as a device.</summary>
public sealed class OpenClCards(ParentCaches caches) : IDisposable
{
    private readonly Workbench _bench = Looking(caches);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_sector_that_a_device_hashes_comes_out_the_same()
    {
        JsonNode[] devices = await DevicesAsync();
        Assert.SkipWhen(devices.Length == 0, "no OpenCL device");
        Ended ended = await _bench.RunAsync(_bench.Recover(Workbench.Sample("8MiB"), "1", "--json", "--kernel=poseidon=opencl:0"));
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Contains($"columns and nodes of trees are hashed by OpenCL device 0 ({devices[0]["name"]}", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(ended.Lines, line => ((string?)line["text"])?.Contains("is not used any more", StringComparison.Ordinal) == true);
        new ExpectedFiles("8MiB").AssertInstalled(_bench.Result, [1]);
    }

    [Theory]
    [InlineData("FIL_PROOFS_USE_GPU_COLUMN_BUILDER")]
    [InlineData("FIL_PROOFS_USE_GPU_TREE_BUILDER")]
    public async Task A_card_that_is_wanted_and_not_there_ends_the_run_before_it_starts(string variable)
    {
        Assert.SkipWhen((await DevicesAsync()).Any(device => (bool)device["chosen"]!), "this machine has a card");
        _bench.Environment[variable] = "1";
        Ended ended = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "1"));
        Assert.Equal(2, ended.Code);
        Assert.Contains($"error: {variable} wants a card, and there is none", ended.Error, StringComparison.Ordinal);

        _bench.Environment[variable] = "0";
        ended = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "1"));
        Assert.True(ended.Code == 0, ended.ToString());
        new ExpectedFiles("2KiB").AssertInstalled(_bench.Result, [1]);
    }

    [Fact]
    public async Task A_device_that_is_not_there_is_refused_by_its_number()
    {
        Ended ended = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "1", "--kernel=poseidon=opencl:99"));
        Assert.Equal(2, ended.Code);
        Assert.Contains("error: there is no OpenCL device", ended.Error, StringComparison.Ordinal);
    }

    private static Workbench Looking(ParentCaches caches)
    {
        Workbench bench = new(caches);
        bench.Environment.Remove("BELLMAN_NO_GPU");
        return bench;
    }

    private async Task<JsonNode[]> DevicesAsync()
    {
        Ended listed = await _bench.RunAsync("kernels", "--json");
        Assert.True(listed.Code == 0, listed.ToString());
        return [.. listed.Lines[0]["devices"]!.AsArray().Select(device => device!).Where(device => device["lack"] is null)];
    }
}
