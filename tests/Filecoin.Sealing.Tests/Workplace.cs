using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using SealerRecover.Tests;

[assembly: Xunit.AssemblyFixture(typeof(Filecoin.Sealing.Tests.SharedParentCaches))]

namespace Filecoin.Sealing.Tests;

/// <summary>One folder of parent caches for all tests of the assembly, as there is one for all sectors of a machine; removed at the end.</summary>
public sealed class SharedParentCaches : IDisposable
{
    internal static string Folder { get; } = Directory.CreateTempSubdirectory("sealer-recover-parents-").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>A temporary folder with everything one sealing needs; removed at the end.</summary>
internal sealed class Workplace : IDisposable
{
    public Workplace()
    {
        Folder = Directory.CreateTempSubdirectory("sealer-recover-test-").FullName;
        Directory.CreateDirectory(CacheFolder);
    }

    public string Folder { get; }

    public string CacheFolder => Path.Combine(Folder, "cache");

    public string SealedFile => Path.Combine(Folder, "sealed");

    public MemoryStepLog Log { get; } = new();

    /// <summary>Parent caches are shared by all tests, as they are by all sectors of a machine.</summary>
    public static ParentCache OpenParents(ReplicaInputs inputs, CancellationToken cancellation) =>
        new ParentCacheFolder(SharedParentCaches.Folder).Open(inputs.Porep, Environment.ProcessorCount, 1 << 16, null, cancellation);

    public SealJob Job(SealCase sealCase, bool keepAll)
    {
        string? data = null;
        if (!sealCase.IsCc)
        {
            data = Path.Combine(Folder, "staged");
            sealCase.WriteStagedFile(data);
        }

        return new SealJob
        {
            Inputs = sealCase.Inputs,
            CacheFolder = CacheFolder,
            SealedFile = SealedFile,
            Data = data is null ? null : new PaddedFile(data, sealCase.Inputs.Porep.SectorSize),
            KeepAll = keepAll,
            CachePathInTAux = sealCase.CachePath,
        };
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
