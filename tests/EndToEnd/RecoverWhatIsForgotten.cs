using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;

namespace EndToEnd;

/// <summary>Sectors recovered before a node that keeps nothing but headers, by what the one that sealed them wrote down.</summary>
public sealed class RecoverWhatIsForgotten(ParentCaches caches, Databases databases)
{
    [Theory]
    [InlineData("lotus-miner", "lotus-miner")]
    [InlineData("curio", "Curio's database")]
    public async Task A_node_with_nothing_but_headers_and_one_that_sealed_recover_sectors_with_and_without_data(string sealer, string name)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        forgetting.Node.KeepHeadersOnly();
        string store = Directory.CreateDirectory(Path.Combine(forgetting.Bench.Home, "store")).FullName;
        foreach ((PieceInfo info, byte[] raw) in ForgettingChain.Pieces)
        {
            await File.WriteAllBytesAsync(Path.Combine(store, info.CommP.ToString()), raw, TestContext.Current.CancellationToken);
        }

        using SectorData content = SectorData.OfPieces(
            ForgettingChain.Size,
            PieceLayout.Arrange(ForgettingChain.Size, ForgettingChain.Pieces.Select(piece => piece.Info)),
            placed => ForgettingChain.Pieces.Where(piece => piece.Info == placed.Piece)
                .Select(piece => new PieceFile(Path.Combine(store, piece.Info.CommP.ToString()), piece.Raw.Length)).Single());
        (CommD, ISectorData) data = (ForgettingChain.CommD, content);
        forgetting.Miner.Add(ForgettingChain.Proven(1) with { SealedCid = Seal(1, null, null).Sealed });
        forgetting.Miner.Add(ForgettingChain.Proven(2) with
        {
            SealedCid = Seal(2, data, null).Sealed,
            UnsealedCid = ForgettingChain.CommD.ToCid(),
            Pieces = ForgettingChain.OnChain,
        });
        (Cid key, Cid? update) = Seal(3, null, data);
        forgetting.Miner.Add(ForgettingChain.Proven(3) with
        {
            SealedCid = update!,
            SectorKeyCid = key,
            Update = new FakeUpdate(16_000) { Pieces = ForgettingChain.OnChain, UnsealedCid = ForgettingChain.CommD.ToCid() },
        });
        if (sealer == "curio")
        {
            // As taken over from lotus-miner, with the zero pieces.
            (await forgetting.CurioAsync([.. forgetting.Miner.Sectors.Values], isMigrated: true)).SetVariables(forgetting.Bench.Environment);
        }
        else
        {
            await forgetting.LotusMinerAsync(forgetting.Bench);
        }

        Ended exported = await forgetting.Bench.RunAsync("export", "--miner=f01000", "1-3");
        Assert.True(exported.Code == 0, exported.ToString());
        Assert.Contains($"TicketEpoch: {name} (the ticket that {name} has is that of the block headers)", exported.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not verified", exported.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("miner-token", exported.Output + exported.Error, StringComparison.Ordinal);

        Ended recovered = await forgetting.Bench.RunAsync(
            "--miner=f01000", "--sectors=1-3", $"--sealing-result={forgetting.Bench.Result}", $"--sealing-temp={forgetting.Bench.Temp}", $"--piece-source={store}", "--json");
        Assert.True(recovered.Code == 0, recovered.ToString());
        Assert.All(recovered.Report["sectors"]!.AsArray(), sector => Assert.Equal("installed", (string?)sector!["result"]));
        Assert.True(File.Exists(Path.Combine(forgetting.Bench.Result, "update", "s-t01000-3")));

        // And from the file alone, as on the machine that seals.
        Ended again = await forgetting.Bench.RunAsync(forgetting.Bench.Recover(forgetting.Metadata, $"--piece-source={store}", "--json"));
        Assert.True(again.Code == 0, again.ToString());
        Assert.All(again.Report["sectors"]!.AsArray(), sector => Assert.Equal("already_there", (string?)sector!["result"]));

        (Cid Sealed, Cid? Update) Seal(ulong number, (CommD CommD, ISectorData Data)? over, (CommD CommD, ISectorData Data)? update) => SealedByHand.Seal(
            caches,
            forgetting.Chain,
            ForgettingChain.MinerNumber,
            number,
            RegisteredSealProof.StackedDrg2KiBV1_1,
            ForgettingChain.TicketEpoch + (long)number,
            over,
            update);
    }
}
