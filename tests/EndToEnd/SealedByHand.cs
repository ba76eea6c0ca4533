using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Update;

namespace EndToEnd;

/// <summary>
/// Sectors that a chain could hold: their tickets follow from the chain, so their SealedCID is found by sealing them here, in this
/// process, beside the program under test. (That sealing is right is what the vectors' tests show.)
/// </summary>
internal static class SealedByHand
{
    /// <summary>The CommR of a zero 2KiB or 8MiB sector of <paramref name="miner"/> with the chain's ticket.</summary>
    public static Cid SealedCid(ParentCaches caches, FakeChain chain, ulong miner, ulong number, RegisteredSealProof proof, long ticketEpoch) =>
        Seal(caches, chain, miner, number, proof, ticketEpoch, null, null).Sealed;

    /// <summary>As the other, over <paramref name="over"/> (null for zeros), and updated with <paramref name="update"/> (null for no update).</summary>
    public static (Cid Sealed, Cid? Update) Seal(
        ParentCaches caches,
        FakeChain chain,
        ulong miner,
        ulong number,
        RegisteredSealProof proof,
        long ticketEpoch,
        (CommD CommD, ISectorData Data)? over,
        (CommD CommD, ISectorData Data)? update)
    {
        PorepParameters porep = SealProofs.Get(proof).Porep;
        string folder = Directory.CreateTempSubdirectory("sealer-recover-by-hand-").FullName;
        try
        {
            SealJob job = new()
            {
                Inputs = new ReplicaInputs(
                    porep,
                    new SectorId(new ActorId(miner), number),
                    new Ticket(chain.Ticket(miner, ticketEpoch)),
                    over?.CommD ?? ZeroCommitments.ForSector(porep.SectorSize)),
                Data = over?.Data,
                CacheFolder = Directory.CreateDirectory(Path.Combine(folder, "cache")).FullName,
                SealedFile = Path.Combine(folder, "sealed"),
                CachePathInTAux = "/nowhere",
            };
            MemoryStepLog steps = new();
            using ParentCache parents = new ParentCacheFolder(caches.Folder).Open(
                porep, threads: 1, windowNodes: 2048, progress: null, TestContext.Current.CancellationToken);
            PreCommit1.Run(job, parents, steps, progress: null, TestContext.Current.CancellationToken);
            CommR key = PreCommit2.Run(job, steps, threads: 1, progress: null, TestContext.Current.CancellationToken).CommR;
            if (update is not { } made)
            {
                return (key.ToCid(), null);
            }

            using PaddedFile source = new(job.SealedFile, porep.SectorSize);
            UpdateJob updating = new()
            {
                Porep = porep,
                Sector = job.Inputs.Sector,
                KeyCommR = key,
                CommD = made.CommD,
                Data = made.Data,
                Source = source,
                SourceCacheFolder = job.CacheFolder,
                TargetFile = Path.Combine(folder, "update"),
                TargetCacheFolder = Directory.CreateDirectory(Path.Combine(folder, "update-cache")).FullName,
            };
            return (key.ToCid(), SectorUpdate.Encode(updating, steps, new FixedTreeCores(1), null, TestContext.Current.CancellationToken).CommR.ToCid());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
