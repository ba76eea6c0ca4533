using System.Text.Json.Nodes;
using Filecoin.Chain.Sources;
using Filecoin.Curio;
using Filecoin.Primitives;
using SealerRecover.Tests.Chain;

namespace SealerRecover.Tests.Curio;

/// <summary>The tests' tables hold what a real Curio wrote, and do to it what Curio's do.</summary>
public sealed class RecordedRowsTests(Databases databases)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_of_a_real_Curio_go_in_and_are_read_right()
    {
        FakeCurio curio = await databases.CreateAsync();
        await RecordedCurio.AddToAsync(curio, Cancellation);
        CuriosDatabase database = new(new CurioConnection(ConnectionText.Parse(curio.Url, "--curio-db")), TimeSpan.FromSeconds(60), new KeptLog());
        foreach (JsonObject row in RecordedCurio.Of("sectors_meta"))
        {
            SectorId sector = new(new ActorId(1002), (ulong)row["sector_num"]!);
            SectorStatement said = (await database.AskAsync(new SourceQuestion(sector, SectorSize.KiB2) { Activation = 2_562 }, Cancellation)).Statement!;
            Assert.Equal((RegisteredSealProof)(int)row["reg_seal_proof"]!, said.SealProof!.Proof);
            Assert.Equal((long)row["ticket_epoch"]!, said.TicketEpoch);
            Assert.Equal((string)row["ticket_value"]!, $"\\x{Convert.ToHexStringLower(said.Ticket!.Value.Value.Span)}");
            Assert.Equal((string)row["orig_sealed_cid"]!, said.SealedCid.ToString());
            Assert.Equal(ZeroCommitments.ForSector(SectorSize.KiB2), said.CommD);
            Assert.Equal((string)row["msg_cid_precommit"]!, said.PreCommitMessage!.ToString());
            Assert.Equal((string)row["msg_cid_commit"]!, said.CommitMessage!.ToString());
            Assert.True(said is { Data: null, UpdateSealedCid: null, UpdateData: null, UpdateMessage: null });
        }

        Assert.Equal(2, await curio.CountAsync("sectors_meta", "is_cc", Cancellation));
    }

    [Fact]
    public async Task Storage_paths_of_a_real_Curio_are_told_with_how_many_sectors_stand_there()
    {
        FakeCurio curio = await databases.CreateAsync();
        await RecordedCurio.AddToAsync(curio, Cancellation);
        CuriosDatabase database = new(new CurioConnection(ConnectionText.Parse(curio.Url, "--curio-db")), TimeSpan.FromSeconds(60), new KeptLog());
        CurioStoragePath path = Assert.Single(await database.StoragePathsAsync(Cancellation));
        Assert.Equal(("d4c90169-e52c-407f-a75e-fbec975c72f3", 2), (path.Id, path.Sectors));
        Assert.Equal(["http://127.0.0.1:40413/remote"], path.Urls);
        Assert.Equal(
            [(0UL, 2), (0UL, 4), (1UL, 2), (1UL, 4)],
            (await database.FilesAsync(new ActorId(1002), Cancellation)).Where(file => file.StorageId == path.Id).Select(file => (file.Sector.Number, file.FileType)));
        Assert.Empty(await database.FilesAsync(new ActorId(1003), Cancellation));
    }

    [Fact]
    public async Task Committed_capacity_is_what_Curio_s_triggers_say()
    {
        FakeCurio curio = await databases.CreateAsync();
        await RecordedCurio.AddToAsync(curio, Cancellation);
        await curio.ExecuteAsync(
            "INSERT INTO curio.sectors_snap_pipeline (sp_id, sector_number, upgrade_proof) VALUES (1002, 0, 0); UPDATE curio.sectors_meta SET is_cc = true", Cancellation);
        Assert.Equal(1, await curio.CountAsync("sectors_meta", "is_cc", Cancellation));
        await curio.ExecuteAsync("DELETE FROM curio.sectors_snap_pipeline", Cancellation);
        Assert.Equal(2, await curio.CountAsync("sectors_meta", "is_cc", Cancellation));

        // Non-interactive proofs are not among those of which Curio knows the zeros; a snap to zeros keeps CommD and has a key.
        await curio.ExecuteAsync("UPDATE curio.sectors_meta SET reg_seal_proof = 15 WHERE sector_num = 0; UPDATE curio.sectors_meta SET has_sector_key = true WHERE sector_num = 1", Cancellation);
        Assert.Equal(0, await curio.CountAsync("sectors_meta", "is_cc", Cancellation));
    }

    [Fact]
    public async Task A_piece_is_parked_once_and_its_references_are_counted()
    {
        FakeCurio curio = await databases.CreateAsync();
        const string park = "INSERT INTO curio.parked_pieces (piece_cid, piece_padded_size, piece_raw_size, long_term) VALUES ('a', 256, 200, true)";
        await curio.ExecuteAsync(park, Cancellation);
        Npgsql.PostgresException refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => curio.ExecuteAsync(park, Cancellation));
        Assert.Equal(Npgsql.PostgresErrorCodes.UniqueViolation, refused.SqlState);
        await curio.ExecuteAsync("UPDATE curio.parked_pieces SET cleanup_task_id = 7", Cancellation);
        await curio.ExecuteAsync(park, Cancellation);
        await curio.ExecuteAsync("INSERT INTO curio.parked_piece_refs (piece_id, data_url) SELECT p.id, 'https://a' FROM curio.parked_pieces p, generate_series(1, 2) WHERE cleanup_task_id IS NULL", Cancellation);
        Assert.Equal(1, await curio.CountAsync("parked_pieces", "ref_count = 2", Cancellation));
        await curio.ExecuteAsync("DELETE FROM curio.parked_piece_refs WHERE ref_id = 1", Cancellation);
        Assert.Equal(1, await curio.CountAsync("parked_pieces", "ref_count = 1", Cancellation));
    }
}
