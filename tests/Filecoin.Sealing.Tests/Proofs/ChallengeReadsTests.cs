using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Proofs;
using Filecoin.Sealing.Trees;
using Xunit;

namespace Filecoin.Sealing.Tests.Proofs;

/// <summary>What a proof is said to read is what the prover reads, to the byte.</summary>
public sealed class ChallengeReadsTests
{
    [Theory]
    [InlineData(RegisteredSealProof.StackedDrg8MiBV1_1, null)]
    [InlineData(RegisteredSealProof.StackedDrg8MiBV1_1, 0)]
    [InlineData(RegisteredSealProof.StackedDrg8MiBV1_1, 4)]
    [InlineData(RegisteredSealProof.StackedDrg2KiBV1_1, null)]
    public void A_proof_reads_the_stretches_of_its_challenge(RegisteredSealProof proof, int? rowsToDiscard)
    {
        PorepParameters porep = SealProofs.Get(proof).Porep;
        BaseTreeLayout layout = BaseTreeLayout.For(porep);
        using TemporaryFolder folder = new();
        ReplicaFiles files = ReplicaFiles.In(folder.Path, folder["sealed"], porep);
        File.WriteAllBytes(files.Replica, new byte[porep.SectorSize.Bytes]);
        foreach (string tree in files.TreeRLast)
        {
            File.WriteAllBytes(tree, new byte[KeptRows.Length(layout, layout.LowestRowOfTreeRLast(rowsToDiscard))]);
        }

        ReadsOfFiles door = new();
        using PaddedFile replica = new(files.Replica, porep.SectorSize, door);
        using InclusionProver prover = InclusionProver.OfTreeRLast(replica, files.TreeRLast, porep, files: door);
        Assert.Equal(
            ChallengeReads.BeforeAll(files, porep, rowsToDiscard).Where(stretch => stretch.Path != files.PAux).SelectMany(Bytes).Order(),
            door.Take().SelectMany(Bytes).Distinct().Order());
        foreach (long leaf in new[] { 0, 7, 8, 63, porep.Nodes / 3, porep.Nodes - 1 })
        {
            prover.Prove(leaf);
            Assert.Equal(
                ChallengeReads.Of(files, porep, rowsToDiscard, leaf).SelectMany(Bytes).Order(), door.Take().SelectMany(Bytes).Distinct().Order());
        }
    }

    [Fact]
    public void Of_a_sector_of_32GiB_16_KiB_of_the_replica_and_six_groups_of_one_base_tree_are_read()
    {
        PorepParameters porep = SealProofs.Get(RegisteredSealProof.StackedDrg32GiBV1_1).Porep;
        ReplicaFiles files = ReplicaFiles.In("/cache", "/sealed", porep);
        Assert.Equal(9, ChallengeReads.BeforeAll(files, porep, null).Count);
        IReadOnlyList<FileStretch> reads = ChallengeReads.Of(files, porep, null, porep.Nodes - 1);
        Assert.Equal(new FileStretch("/sealed", porep.SectorSize.Bytes - 16384, 16384), reads[0]);
        Assert.Equal(Enumerable.Repeat(("/cache/sc-02-data-tree-r-last-7.dat", 256), 6), reads.Skip(1).Select(stretch => (stretch.Path, stretch.Length)));
        Assert.Equal([(8 << 20) - 256, (8 << 20) + (1 << 20) - 256], reads.Skip(1).Take(2).Select(stretch => stretch.Offset));
    }

    private static IEnumerable<(string Path, long Byte)> Bytes(FileStretch stretch) =>
        Enumerable.Range(0, stretch.Length).Select(at => (stretch.Path, stretch.Offset + at));

    /// <summary>The real file system, which takes down what is read.</summary>
    private sealed class ReadsOfFiles : IFileSystem
    {
        private List<FileStretch> _reads = [];

        private static LinuxFileSystem Real => LinuxFileSystem.Instance;

        public List<FileStretch> Take()
        {
            List<FileStretch> taken = _reads;
            _reads = [];
            return taken;
        }

        public IOpenFile OpenToRead(string path, bool inOrder = false) => new Watched(this, path, Real.OpenToRead(path, inOrder));

        public IOpenFile OpenToChange(string path) => throw new NotSupportedException();

        public IOpenFile Create(string path, long reserve = 0) => throw new NotSupportedException();

        public IOpenFile CreateNew(string path, long reserve = 0) => throw new NotSupportedException();

        public void MakeFolder(string path) => throw new NotSupportedException();

        public MoveResult Move(string from, string to) => throw new NotSupportedException();

        public void Replace(string from, string to) => throw new NotSupportedException();

        public void SyncFolder(string path) => throw new NotSupportedException();

        public void DeleteFile(string path) => throw new NotSupportedException();

        public bool DeleteEmptyFolder(string path) => throw new NotSupportedException();

        private sealed class Watched(ReadsOfFiles owner, string path, IOpenFile opened) : IOpenFile
        {
            public long Length => opened.Length;

            public int Read(long offset, Span<byte> destination)
            {
                int read = opened.Read(offset, destination);
                owner._reads.Add(new FileStretch(path, offset, read));
                return read;
            }

            public void Write(long offset, ReadOnlySpan<byte> bytes) => throw new NotSupportedException();

            public void SetLength(long length) => throw new NotSupportedException();

            public void Flush() => throw new NotSupportedException();

            public void Dispose() => opened.Dispose();
        }
    }
}
