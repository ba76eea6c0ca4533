using Filecoin.Primitives;
using Filecoin.Sealing.Trees;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Tests.Faults;

namespace SealerRecover.Recovery.Tests.Install;

/// <summary>
/// Operations that change a file fail: with an error, and with the process gone (before it, and so after the one before it); some of them, or
/// with SEALER_RECOVER_LONG_TESTS=1 every one. Whatever happens, sealed/ and cache/ never hold anything but whole sectors, and a rerun ends well.
/// </summary>
public sealed class CrashTests
{
    private static readonly SortedDictionary<string, string> Expected = WholeSector();

    public static TheoryData<bool, bool> Cases => new() { { false, false }, { true, false }, { false, true }, { true, true } };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_failure_at_any_operation_leaves_nothing_half_finished_and_a_rerun_succeeds(bool splitDisks, bool cacheExists)
    {
        int operations = Prepared(cacheExists, Files(splitDisks), out LyingFileSystem honest).Operations(honest);
        Assert.InRange(operations, 40, 200);
        foreach (FaultKind kind in new[] { FaultKind.ChangeFails, FaultKind.Dies })
        {
            foreach (int failAt in FaultMatrixTests.Spread(operations, VectorFiles.LongTests ? operations : 15))
            {
                using Run run = Prepared(cacheExists, Files(splitDisks, new FileFault(kind, failAt)), out LyingFileSystem lying);
                string what = string.Empty;
                try
                {
                    SectorOutcome outcome = Assert.Single(run.Do(FakeSealer.Facts(2)));
                    what = $"{kind} at {failAt} ({lying.Happened}): {outcome.Kind} {outcome.Failure?.Message}";
                    Assert.True(outcome.Kind == OutcomeKind.Failed, what);
                    Assert.True(outcome.Failure is OperatorException { Kind: FailureKind.Storage }, what);
                }
                catch (OperatorException failure) when (failure.Kind == FailureKind.Storage)
                {
                    what = $"{kind} at {failAt}: {failure.Message}"; // Before the first sector: folders that cannot be made.
                }

                AssertOnlyWholeSectors(run, cacheExists, what);

                run.Files = Files(splitDisks);
                SectorOutcome again = Assert.Single(run.Do(FakeSealer.Facts(2)));
                Assert.True(again.Kind is OutcomeKind.Installed or OutcomeKind.AlreadyThere, $"{what}; then {again.Failure?.Message}");
                Assert.Equal(Expected, run.Visible());
                Assert.Empty(Directory.GetFileSystemEntries(run.Settings.TempFolder));
                Assert.False(Directory.Exists(Path.Combine(run.Settings.ResultFolder, ".sealer-recover", "staging")), what);
            }
        }
    }

    private static LyingFileSystem Files(bool splitDisks, FileFault fault = default) => new(fault)
    {
        DiskOf = splitDisks ? path => path.Contains("/temp/", StringComparison.Ordinal) ? 1 : 2 : null,
    };

    private static void AssertOnlyWholeSectors(Run run, bool cacheExists, string what)
    {
        SortedDictionary<string, string> visible = run.Visible();
        Assert.True(visible.All(file => Expected.TryGetValue(file.Key, out string? content) && content == file.Value), what);
        if (File.Exists(run.Sealed(2)))
        {
            Assert.True(visible.Count == Expected.Count, $"{what}: sealed, but not complete");
        }

        if (Directory.Exists(run.Cache(2)) && !cacheExists)
        {
            Assert.True(visible.Keys.Count(name => name.StartsWith("cache/", StringComparison.Ordinal)) == 3, $"{what}: half a cache");
        }
    }

    private static SortedDictionary<string, string> WholeSector()
    {
        using Run run = new();
        Assert.Equal(OutcomeKind.Installed, Assert.Single(run.Do(FakeSealer.Facts(2))).Kind);

        // t_aux names the folder, which differs from test to test: one that is there already is kept, so give all the same.
        SortedDictionary<string, string> files = run.Visible();
        files["cache/s-t01000-2/t_aux"] = Convert.ToHexString(TAuxFile.ToBytes(FakeSealer.Facts(2).SealProof.Porep, "t", rowsToDiscard: 1));
        return files;
    }

    // With a cache folder: one file of it is there, as on a disk that lost the others.
    private static Run Prepared(bool cacheExists, LyingFileSystem files, out LyingFileSystem same)
    {
        Run run = new(quick: true) { Files = files, Sealer = new FakeSealer { TAux = "t" } };
        same = files;
        if (cacheExists)
        {
            Directory.CreateDirectory(run.Cache(2));
            File.WriteAllBytes(run.Cache(2, "p_aux"), Convert.FromHexString(Expected["cache/s-t01000-2/p_aux"]));
        }

        return run;
    }
}

internal static class RunOperations
{
    /// <summary>How many changing operations the whole run takes.</summary>
    public static int Operations(this Run run, LyingFileSystem files)
    {
        using (run)
        {
            Assert.Equal(OutcomeKind.Installed, Assert.Single(run.Do(FakeSealer.Facts(2))).Kind);
            return files.Count(FaultKind.ChangeFails);
        }
    }
}
