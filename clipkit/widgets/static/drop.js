// Files that are dropped are sent to Python: their names as a message, their bytes beside it.
export default {
  render({ model, el }) {
    const words = "or drop pictures here";
    const field = document.createElement("div");
    field.className = "drop";
    field.textContent = words;
    field.addEventListener("dragover", (event) => event.preventDefault());
    field.addEventListener("drop", async (event) => {
      event.preventDefault();
      const files = [...event.dataTransfer.files];
      const most = model.get("most_bytes");
      if (files.reduce((sum, file) => sum + file.size, 0) > most) {
        field.textContent =
          `These files are too large together: drop up to ${Math.floor(most / 1e6)} MB at once, ` +
          "or give the folder below.";
        return;
      }
      field.textContent = words;
      const contents = await Promise.all(files.map((file) => file.arrayBuffer()));
      model.send(files.map((file) => file.name), undefined, contents);
    });
    el.classList.add("ck");
    el.append(field);
  },
};
