using System.Security.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Proofs;
using Filecoin.Sealing.Proofs.Openings;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Unsealing;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Proofs;

/// <summary>Writes the output of Commit 1 of a sector whose layers and trees, or synthetic proofs, were kept. The sector's files are only read.</summary>
public static class Commit1Writer
{
    /// <summary>Opens, checks and writes; the output appears whole, read back and flushed, or not at all.</summary>
    /// <param name="request">What and where.</param>
    /// <param name="events">Told how far it is.</param>
    /// <param name="cancellation">Stops within a second and leaves nothing.</param>
    /// <exception cref="OperatorException">
    /// BadInput: a file is missing. TargetExists. CommitmentMismatch: the files are another sector's. Storage: one is damaged or cannot be read.
    /// </exception>
    public static Commit1Output Run(Commit1Request request, EventSink events, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        SectorId sector = request.Facts.Sector;
        PorepParameters porep = request.Facts.SealProof.Porep;
        ResultLayout layout = new(request.ResultFolder, sector);
        string cacheFolder = request.CacheFolder ?? layout.CacheFolder;
        string sealedFile = request.SealedFile ?? layout.SealedFile;
        NewRawFile.Refuse(request.Output);
        PorepVariant variant = request.Facts.SealProof.Variant;
        Commit1.CheckFiles(porep, variant, sector, cacheFolder);
        if (!Commit1.ReadsSyntheticProofs(porep, variant, cacheFolder))
        {
            CheckSealed(sector, sealedFile, porep.SectorSize);
        }

        using PaddedFile replica = new(sealedFile, porep.SectorSize);
        Commit1Job job = new()
        {
            Inputs = new ReplicaInputs(porep, sector, request.Facts.Ticket, CommDOf(request, cacheFolder, cancellation)),
            CommR = request.Facts.SealedCid,
            Variant = variant,
            Registered = request.Facts.SealProof,
            Seed = request.Seed,
            CacheFolder = cacheFolder,
            Replica = replica,
            Threads = request.Threads,
            PoseidonKernel = request.Kernels.Poseidon,
            TwoToOneKernel = request.Kernels.TwoToOne,
        };
        return Write(request, job, events.Of(sector), cancellation);
    }

    private static Commit1Output Write(
        Commit1Request request, Commit1Job job, IProgress<SealProgress> progress, CancellationToken cancellation)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = 0;
        byte[] digest = [];
        NewRawFile.Write(LinuxFileSystem.Instance, request.Output, WriteContent, Check);
        return new Commit1Output(
            request, ChallengeCounts.Porep(job.Inputs.Porep.SectorSize, job.Variant), length, Convert.ToHexStringLower(digest));

        void WriteContent(Stream output)
        {
            using HashedStream hashed = new(output, hash);
            Commit1.Write(job, hashed, progress, cancellation);
        }

        void Check(Stream content)
        {
            digest = hash.GetHashAndReset();
            length = content.Length;
            if (!SHA256.HashData(content).AsSpan().SequenceEqual(digest))
            {
                throw new OperatorException(
                    FailureKind.Storage,
                    $"what was written for {request.Output} is read back as something else",
                    "Check the disk (dmesg, smartctl) and memory of this machine, and run the same command again.");
            }
        }
    }

    /// <summary>
    /// CommD as the chain or the metadata tell it. Where they do not, tree_d's own root: a wrong one would make another replica id, which no
    /// label fits.
    /// </summary>
    private static CommD CommDOf(Commit1Request request, string cacheFolder, CancellationToken cancellation) =>
        SectorContents.SealedOver(request.Facts, cancellation).CommD
        ?? Commit1.RootOfTreeD(request.Facts.SealProof.Porep, request.Facts.SealProof.Variant, cacheFolder);

    private static void CheckSealed(SectorId sector, string path, SectorSize size)
    {
        FileLook look = FileLook.Through(path);
        if (look.Kind != FileKind.File || look.Length != size.Bytes)
        {
            throw new OperatorException(
                FailureKind.BadInput,
                look.Kind == FileKind.File
                    ? $"the sealed file of {sector}, {path}, is {look.Length} bytes long instead of {size.Bytes}"
                    : $"the sealed file of {sector} is not at {path}",
                $"Name it with {Setting.SealedFile}, or the folder that holds sealed/ and cache/ with {Setting.ResultFolder}.");
        }
    }
}
