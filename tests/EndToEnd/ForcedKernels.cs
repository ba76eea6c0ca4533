using System.Text.Json.Nodes;
using Filecoin.Sealing.Kernels;

namespace EndToEnd;

/// <summary>Kernels forced from the command line and from the environment, and what happens to those that are not here.</summary>
public sealed class ForcedKernels(ParentCaches caches) : IDisposable
{
    private readonly Workbench _bench = new(caches);

    /// <summary>The kinds that one sector meets, a variant of each in every run: as many runs as the kind with the most of them has.</summary>
    public static TheoryData<string> OfOneSector()
    {
        string[][] names = [.. KernelCatalogue.Kinds.Where(kind => kind != KernelKind.Many).Select(kind => Available(kind).ToArray())];
        return [.. Enumerable.Range(0, names.Max(kind => kind.Length)).Select(i => string.Join(',', names.Select(kind => kind[i % kind.Length])))];
    }

    public static TheoryData<string> OfManySectors() => [.. Available(KernelKind.Many)];

    public void Dispose() => _bench.Dispose();

    [Theory]
    [MemberData(nameof(OfOneSector))]
    public async Task A_sector_comes_out_the_same_with_every_variant(string kernels)
    {
        // A parent cache that is there already would leave the kernel of parents nothing to do.
        _bench.Environment["FIL_PROOFS_PARENT_CACHE"] = Path.Combine(_bench.Home, "parents");
        Ended ended = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "2", "--keep-all", "--json", $"--kernel={kernels}"));
        AssertForced(ended, kernels);
        new ExpectedFiles("2KiB").AssertInstalled(_bench.Result, [2], keepAll: true);
    }

    [Theory]
    [MemberData(nameof(OfManySectors))]
    public async Task Sectors_side_by_side_come_out_the_same_with_every_variant(string kernel)
    {
        // Every variant by itself is compared in the tests of kernels.
        Assert.SkipUnless(VectorFiles.LongTests || kernel is "plain" or "vector-4" or "sha-ni-2" or "avx512-16", "one of many variants; set SEALER_RECOVER_LONG_TESTS=1");
        Ended ended = await _bench.RunAsync(_bench.Recover(
            Workbench.Sample("2KiB"), "1-8", "--parallel=8", "--threads=1", "--keep-all", "--json", $"--kernel={kernel}"));
        AssertForced(ended, kernel);
        new ExpectedFiles("2KiB").AssertInstalled(_bench.Result, [1, 2, 3, 4, 5, 6, 7, 8], keepAll: true);
        Assert.Contains(ended.Lines, line => (string?)line["event"] == "plan" && (int?)line["cores"]!["sectors_together"] == 8);
    }

    [Fact]
    public async Task The_variable_forces_kernels_too_and_the_plan_says_so()
    {
        _bench.Environment["SEALER_RECOVER_KERNEL"] = "plain,poseidon=scalar";
        Ended ended = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "3"));
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Contains(
            "kernels         label=plain,many=plain,poseidon=scalar,two-to-one=plain,parents=plain, as asked", ended.Output, StringComparison.Ordinal);
        new ExpectedFiles("2KiB").AssertInstalled(_bench.Result, [3]);

        Ended best = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "4", "--kernel=best"));
        Assert.True(best.Code == 0, best.ToString());
        Assert.DoesNotContain("as asked", best.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Masked_features_take_their_kernels_with_them()
    {
        _bench.Environment["SEALER_RECOVER_MASK_FEATURES"] = "emitted-code,avx2,avx512";
        Ended listed = await _bench.RunAsync("kernels", "--json");
        Assert.True(listed.Code == 0, listed.ToString());
        string[] emittedOrWide = ["ifma", "fma-512", "fma", "adx", "avx512", "avx2", "avx512-16", "avx512-8", "sha-ni-2", "vector-16", "vector-8", "sha-ni"];
        JsonNode[] kernels = [.. listed.Lines[0]["kernels"]!.AsArray().Select(kernel => kernel!)];
        Assert.All(
            kernels.Where(kernel => emittedOrWide.Contains((string?)kernel["kernel"])),
            kernel => Assert.True(!(bool)kernel["available"]! && ((string)kernel["lack"]!).Length > 0, kernel.ToString()));

        Ended refused = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "5", "--kernel=poseidon=adx"));
        Assert.Equal(2, refused.Code);
        Assert.Contains("error: --kernel: this machine cannot run the poseidon kernel adx", refused.Error, StringComparison.Ordinal);
        Assert.Contains("it has scalar, plain", refused.Error, StringComparison.Ordinal);

        Ended ended = await _bench.RunAsync(_bench.Recover(Workbench.Sample("2KiB"), "5"));
        Assert.True(ended.Code == 0, ended.ToString());
        new ExpectedFiles("2KiB").AssertInstalled(_bench.Result, [5]);
    }

    private static IEnumerable<string> Available(KernelKind kind) =>
        KernelCatalogue.Of(kind).Where(variant => variant.IsAvailable).Select(variant => $"{kind.Name()}={variant.Name}");

    private static void AssertForced(Ended ended, string kernels)
    {
        Assert.True(ended.Code == 0, ended.ToString());
        JsonObject plan = ended.Lines.Single(line => (string?)line["event"] == "plan");
        Assert.Equal(
            kernels.Split(',').Order(),
            plan["kernels"]!.AsObject().Select(entry => $"{entry.Key}={(string?)entry.Value}").Order());
    }
}
