
#include <isa-l/erasure_code.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "fec_frames.hpp"
#include "library_calls.hpp"

namespace jpegwire::bench {
namespace {

constexpr std::size_t kTableBytesPerCoefficient = 32;

unsigned char* as_chars(const std::byte* bytes) {
  return reinterpret_cast<unsigned char*>(const_cast<std::byte*>(bytes));
}

/// Rows of coefficients in ISA-L's format for multiplication.
class Tables {
 public:
  Tables(int columns, int rows, unsigned char* coefficients)
      : columns_(columns),
        rows_(rows),
        tables_(kTableBytesPerCoefficient * static_cast<std::size_t>(columns * rows)) {
    ec_init_tables(columns, rows, coefficients, tables_.data());
  }

  void multiply(std::size_t size_bytes, std::vector<unsigned char*>& from,
                std::vector<unsigned char*>& to) {
    ec_encode_data(static_cast<int>(size_bytes), columns_, rows_, tables_.data(), from.data(),
                   to.data());
  }

 private:
  int columns_;
  int rows_;
  std::vector<unsigned char> tables_;
};

/// The symbols of a block, aligned for vector instructions like jpegwire's.
class Block {
 public:
  explicit Block(const FecBlock& block)
      : sources_(block.packets.size()),
        symbols_(sources_ + block.repairs.size()),
        matrix_(symbols_.size() * sources_) {
    for (const auto& packet : block.packets)
      size_bytes_ = std::max(size_bytes_, kSourceHeadSizeBytes + packet.size());
    for (SymbolBuffer& symbol : symbols_) symbol.resize(size_bytes_);
    for (std::size_t i = 0; i < sources_; ++i) {
      symbols_[i].assign_packet({}, block.packets[i]);
      symbols_[i].pad(size_bytes_);
    }
    gf_gen_cauchy1_matrix(matrix_.data(), static_cast<int>(symbols_.size()),
                          static_cast<int>(sources_));
  }

  std::size_t sources() const { return sources_; }
  std::size_t symbols() const { return symbols_.size(); }
  std::size_t size_bytes() const { return size_bytes_; }
  unsigned char* symbol(std::size_t id) const { return as_chars(symbols_[id].bytes().data()); }
  unsigned char* row(std::size_t id) { return &matrix_[id * sources_]; }

  std::vector<unsigned char*> pointers(std::size_t begin, std::size_t end) const {
    std::vector<unsigned char*> pointers;
    for (std::size_t id = begin; id < end; ++id) pointers.push_back(symbol(id));
    return pointers;
  }

 private:
  std::size_t sources_;
  std::vector<SymbolBuffer> symbols_;  // source symbols, then repair symbols
  std::vector<unsigned char> matrix_;
  std::size_t size_bytes_ = 0;
};

/// Computes the repair symbols of a block.
class BlockEncoding {
 public:
  explicit BlockEncoding(Block& block)
      : size_bytes_(block.size_bytes()),
        sources_(block.pointers(0, block.sources())),
        repairs_(block.pointers(block.sources(), block.symbols())),
        tables_(static_cast<int>(sources_.size()), static_cast<int>(repairs_.size()),
                block.row(block.sources())) {}

  void encode() { tables_.multiply(size_bytes_, sources_, repairs_); }

 private:
  std::size_t size_bytes_;
  std::vector<unsigned char*> sources_;
  std::vector<unsigned char*> repairs_;
  Tables tables_;
};

std::vector<Block> make_blocks() {
  const std::vector<FecBlock> frame = make_fec_frame();
  return {frame.begin(), frame.end()};
}

class IsalEncoding final : public FrameWork {
 public:
  IsalEncoding() : encodings_(blocks_.begin(), blocks_.end()) {}

  void do_frame() override {
    for (BlockEncoding& encoding : encodings_) encoding.encode();
  }

 private:
  std::vector<Block> blocks_ = make_blocks();
  std::vector<BlockEncoding> encodings_;
};

/// Restores the lost symbols of a block from the first available symbols.
class BlockRestoring {
 public:
  BlockRestoring(Block& block, const std::vector<std::size_t>& lost) : block_(block), lost_(lost) {
    BlockEncoding(block).encode();
    for (std::size_t id = 0; present_.size() < block.sources(); ++id)
      if (std::ranges::find(lost, id) == lost.end()) present_.push_back(id);
    for (const std::size_t id : present_) from_.push_back(block.symbol(id));
    restored_.resize(lost.size(), std::vector<unsigned char>(block.size_bytes()));
    for (std::vector<unsigned char>& symbol : restored_) to_.push_back(symbol.data());
  }

  bool restore() {
    const std::size_t count = block_.sources();
    for (std::size_t i = 0; i < count; ++i)
      std::memcpy(&rows_[i * count], block_.row(present_[i]), count);
    if (gf_invert_matrix(rows_.data(), inverse_.data(), static_cast<int>(count)) != 0) return false;
    std::vector<unsigned char> coefficients;
    for (const std::size_t id : lost_)
      coefficients.insert(coefficients.end(), &inverse_[id * count], &inverse_[id * count] + count);
    Tables(static_cast<int>(count), static_cast<int>(lost_.size()), coefficients.data())
        .multiply(block_.size_bytes(), from_, to_);
    return true;
  }

  bool is_right() const {
    for (std::size_t i = 0; i < lost_.size(); ++i)
      if (std::memcmp(block_.symbol(lost_[i]), to_[i], block_.size_bytes()) != 0) return false;
    return true;
  }

 private:
  Block& block_;
  std::vector<std::size_t> lost_;
  std::vector<std::size_t> present_;
  std::vector<unsigned char*> from_;
  std::vector<std::vector<unsigned char>> restored_;
  std::vector<unsigned char*> to_;
  std::vector<unsigned char> rows_ =
      std::vector<unsigned char>(block_.sources() * block_.sources());
  std::vector<unsigned char> inverse_ = rows_;
};

class Restoring final : public FrameWork {
 public:
  // The result never changes, so one check is enough.
  Restoring() {
    std::size_t count = 0;
    for (Block& block : blocks_) {
      std::vector<std::size_t> lost;
      for (std::size_t id = 0; id < block.sources(); ++id)
        if (++count % kLostEvery == 0) lost.push_back(id);
      restorings_.emplace_back(block, lost);
    }
    do_frame();
    require(std::ranges::all_of(restorings_, &BlockRestoring::is_right),
            "a restored symbol is wrong");
  }

  void do_frame() override {
    for (BlockRestoring& restoring : restorings_)
      require(restoring.restore(), "a block cannot be restored");
  }

 private:
  static constexpr std::size_t kLostEvery = 20;

  std::vector<Block> blocks_ = make_blocks();
  std::vector<BlockRestoring> restorings_;
};

}  // namespace

std::unique_ptr<FrameWork> begin_isal_encoding() { return begin_work<IsalEncoding>(); }
std::unique_ptr<FrameWork> begin_isal_restoring() { return begin_work<Restoring>(); }

}  // namespace jpegwire::bench
